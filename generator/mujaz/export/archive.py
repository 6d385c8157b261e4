"""A PDF of WeasyPrint → the same pages as PDF/A-3a and PDF/UA-1, bound on their side; sets and moves nothing."""

from __future__ import annotations

import io

import pikepdf
from lxml import etree

from mujaz.export.clusters import FontOf, join

_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_UA = "http://www.aiim.org/pdfua/ns/id/"
_IDENTIFIER = f"""<rdf:Description xmlns:rdf="{_RDF}" xmlns:pdfuaid="{_UA}" rdf:about="">
<pdfuaid:part>1</pdfuaid:part>
</rdf:Description>"""
_SCHEMA = f"""<rdf:Description xmlns:rdf="{_RDF}" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
 xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#"
 rdf:about="">
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
<pdfaSchema:schema>PDF/UA identification schema</pdfaSchema:schema>
<pdfaSchema:namespaceURI>{_UA}</pdfaSchema:namespaceURI>
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">
<pdfaProperty:name>part</pdfaProperty:name>
<pdfaProperty:valueType>Integer</pdfaProperty:valueType>
<pdfaProperty:category>internal</pdfaProperty:category>
<pdfaProperty:description>Part of ISO 14289 to which the file conforms</pdfaProperty:description>
</rdf:li></rdf:Seq></pdfaSchema:property>
</rdf:li></rdf:Bag></pdfaExtension:schemas>
</rdf:Description>"""
"""PDF/A wants every property of the metadata that it does not know itself to be described in the file."""


def sealed(raw: bytes, *, direction: str, font_of: FontOf) -> bytes:
    """The finished file; `direction` is rtl or ltr, and says on which side it is bound."""
    packed = io.BytesIO()
    with pikepdf.open(io.BytesIO(raw)) as pdf:
        _identify(pdf)
        if direction == "rtl":
            _turn(pdf)
        _scope(pdf)
        _note(pdf)
        _link(pdf)
        join(pdf, font_of)
        pdf.remove_unreferenced_resources()
        pdf.save(packed, deterministic_id=True, linearize=False, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return packed.getvalue()


def _identify(pdf: pikepdf.Pdf) -> None:
    """Say in the metadata that the file is PDF/UA-1 too: WeasyPrint names one standard for each file."""
    packet = bytes(pdf.Root.Metadata.read_bytes())
    start, end = packet.index(b"<x:xmpmeta"), packet.index(b"</x:xmpmeta>") + len(b"</x:xmpmeta>")
    tree = etree.fromstring(packet[start:end])
    rdf = tree.find(f"{{{_RDF}}}RDF")
    if rdf is None:
        raise ValueError("WeasyPrint's metadata is no RDF any more")
    rdf.extend(etree.fromstring(text) for text in (_SCHEMA, _IDENTIFIER))
    inner = etree.tostring(tree, encoding="utf-8")
    pdf.Root.Metadata = pdf.make_stream(
        packet[:start] + inner + packet[end:], Type=pikepdf.Name.Metadata, Subtype=pikepdf.Name.XML
    )


def _scope(pdf: pikepdf.Pdf) -> None:
    """Say of each head cell if it heads its column or its row: WeasyPrint leaves it open (Kozea/WeasyPrint#2467)."""
    for each in pdf.objects:
        if isinstance(each, pikepdf.Dictionary) and each.get("/S") == pikepdf.Name.TH:
            group = each.P.P.S
            columns = group == pikepdf.Name.THead
            each.A = pikepdf.Dictionary(
                {
                    **dict(each.get("/A", {})),
                    "/O": pikepdf.Name.Table,
                    "/Scope": pikepdf.Name.Column if columns else pikepdf.Name.Row,
                }
            )


def _note(pdf: pikepdf.Pdf) -> None:
    """Tag footnotes as notes, each with a label and a name of its own: WeasyPrint takes them for spans of text.

    The notes of a page hang together from the document itself, in an element that says nothing.
    """
    root = pdf.Root.StructTreeRoot
    (document,) = root.K
    names = pikepdf.Array()
    for area in _kids(document):
        notes = _kids(area)
        if pikepdf.Name.NonStruct != area.S or not notes or any(pikepdf.Name.Span != each.S for each in notes):
            continue
        for each in notes:
            each.S = pikepdf.Name.Note
            each.ID = pikepdf.String(f"note-{len(names) // 2 + 1:04}")
            names.extend([each.ID, each])
            marker = next(iter(_kids(each)), None)
            if marker is not None and pikepdf.Name.NonStruct == marker.S:
                marker.S = pikepdf.Name.Lbl
    if names:
        limits = pikepdf.Array([names[0], names[-2]])
        leaf = pikepdf.Dictionary(Names=names, Limits=limits)
        root.IDTree = pdf.make_indirect(pikepdf.Dictionary(Kids=pikepdf.Array([pdf.make_indirect(leaf)])))


def _link(pdf: pikepdf.Pdf) -> None:
    """Leave a link one place to be touched on each line, inside its own tag.

    WeasyPrint gives each element inside a link a place of its own too, over the same words and outside of the link's
    tag, where PDF/UA allows none.
    """
    numbers = pdf.Root.StructTreeRoot.ParentTree.Nums
    holders = {int(numbers[at]): numbers[at + 1] for at in range(0, len(numbers), 2)}
    spare: set[int] = set()
    for page in pdf.pages:
        kept = []
        for each in page.get("/Annots", ()):
            number = int(each.get("/StructParent", -1))
            holder = holders.get(number)
            link = each.get("/Subtype") == pikepdf.Name.Link
            if not link or not isinstance(holder, pikepdf.Dictionary) or pikepdf.Name.Link == holder.S:
                kept.append(each)
                continue
            holder.K = pikepdf.Array(kid for kid in holder.K if not _refers(kid))
            spare.add(number)
        if "/Annots" in page and len(kept) != len(page.Annots):
            page.Annots = pikepdf.Array(kept)
    if spare:
        pairs = ((number, holder) for number, holder in holders.items() if number not in spare)
        pdf.Root.StructTreeRoot.ParentTree.Nums = pikepdf.Array([part for pair in pairs for part in pair])


def _refers(kid: object) -> bool:
    """Whether a part of an element is no text, but a thing on the page."""
    return isinstance(kid, pikepdf.Dictionary) and "/Obj" in kid


def _kids(element: pikepdf.Object) -> list[pikepdf.Object]:
    """The elements below one; pieces of pages are none."""
    kids = element.get("/K", pikepdf.Array())
    held = kids if isinstance(kids, pikepdf.Array) else [kids]
    return [each for each in held if isinstance(each, pikepdf.Dictionary) and "/S" in each]


def _turn(pdf: pikepdf.Pdf) -> None:
    """Bound on the right, and read from the right: for printers and for screen readers."""
    preferences = pdf.Root.get("/ViewerPreferences", pikepdf.Dictionary())
    preferences.Direction = pikepdf.Name.R2L
    preferences.DisplayDocTitle = True
    pdf.Root.ViewerPreferences = preferences
    kids = pdf.Root.StructTreeRoot.K
    layout = pikepdf.Dictionary(O=pikepdf.Name.Layout, WritingMode=pikepdf.Name.RlTb)
    for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
        kid.A = layout
