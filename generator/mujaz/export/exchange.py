"""A PDF for the press → the same pages with all that PDF/X-4 asks a file to say of itself; draws nothing."""

from __future__ import annotations

import io
import uuid
from hashlib import sha256
from xml.sax.saxutils import escape

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf, String

from mujaz.model.document import Document
from mujaz.model.press import Pressing

VERSION = "PDF/X-4"
_PDF = "1.6"
"""What PDF/X-4 is built on (ISO 15930-7)."""
_NAMESPACES = " ".join(
    f'xmlns:{name}="{address}"'
    for name, address in {
        "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
        "dc": "http://purl.org/dc/elements/1.1/",
        "xmp": "http://ns.adobe.com/xap/1.0/",
        "xmpMM": "http://ns.adobe.com/xap/1.0/mm/",
        "pdf": "http://ns.adobe.com/pdf/1.3/",
        "pdfxid": "http://www.npes.org/pdfx/ns/id/",
    }.items()
)


def finished(pdf: Pdf, document: Document, how: Pressing) -> bytes:
    """The file. Whatever acts, links or carries something is left behind: a press prints pages."""
    for key in set(pdf.Root.keys()) - {"/Type", "/Pages", "/Lang"}:
        del pdf.Root[key]
    _introduce(pdf, document, how)
    if how.profile:
        data = pdf.make_stream(how.profile.data, N=4, Alternate=Name.DeviceCMYK)
        pdf.Root.OutputIntents = Array(
            [
                Dictionary(
                    Type=Name.OutputIntent,
                    S=Name.GTS_PDFX,
                    OutputConditionIdentifier=String(how.profile.name),
                    Info=String(how.profile.name),
                    DestOutputProfile=data,
                )
            ]
        )
    preferences = Dictionary(DisplayDocTitle=True, PrintScaling=Name("/None"))
    if document.direction == "rtl":
        preferences.Direction = Name.R2L
    if how.booklet:
        preferences.Duplex = Name.DuplexFlipShortEdge
    pdf.Root.ViewerPreferences = preferences
    pdf.remove_unreferenced_resources()
    packed = io.BytesIO()
    pdf.save(packed, deterministic_id=True, force_version=_PDF, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    return packed.getvalue()


def _introduce(pdf: Pdf, document: Document, how: Pressing) -> None:
    """Title, dates and names, once for old readers and once as XMP; both say the same."""
    info = pdf.docinfo
    told = {key: str(info.get(key, "")) for key in ("/Title", "/Author", "/Keywords", "/Creator", "/Producer")}
    info.CreationDate = info.ModDate = String(f"D:{document.day.replace('-', '')}000000Z")
    info.Trapped = Name("/False")
    day = f"{document.day}T00:00:00Z"
    digest = sha256(f"{document.name}\0{document.day}\0{document.html}".encode()).hexdigest()
    named = uuid.uuid5(uuid.NAMESPACE_URL, f"mujaz:{digest}")
    standard = f"<pdfxid:GTS_PDFXVersion>{VERSION}</pdfxid:GTS_PDFXVersion>" if how.profile else ""
    packet = f"""<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF {_NAMESPACES}><rdf:Description rdf:about="">
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{escape(told["/Title"])}</rdf:li></rdf:Alt></dc:title>
<dc:creator><rdf:Seq><rdf:li>{escape(told["/Author"])}</rdf:li></rdf:Seq></dc:creator>
<dc:format>application/pdf</dc:format>
<xmp:CreateDate>{day}</xmp:CreateDate><xmp:ModifyDate>{day}</xmp:ModifyDate><xmp:MetadataDate>{day}</xmp:MetadataDate>
<xmp:CreatorTool>{escape(told["/Creator"])}</xmp:CreatorTool>
<xmpMM:DocumentID>uuid:{named}</xmpMM:DocumentID>
<xmpMM:RenditionClass>default</xmpMM:RenditionClass><xmpMM:VersionID>1</xmpMM:VersionID>
<pdf:Producer>{escape(told["/Producer"])}</pdf:Producer><pdf:Keywords>{escape(told["/Keywords"])}</pdf:Keywords>
<pdf:Trapped>False</pdf:Trapped>{standard}
</rdf:Description></rdf:RDF></x:xmpmeta>
<?xpacket end="r"?>"""
    pdf.Root.Metadata = pdf.make_stream(packet.encode(), Type=Name.Metadata, Subtype=Name.XML)
