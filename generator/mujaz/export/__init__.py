"""`Document` → `Output`; chooses the exporter by medium and nothing else."""

from __future__ import annotations

from mujaz.model.document import Document, Medium, Output


def export(document: Document) -> Output:
    """The bytes of a document. WeasyPrint is loaded only when something is printed."""
    if document.medium is Medium.PRINT:
        from mujaz.export import pdf  # noqa: PLC0415 # heavy: half a second and native libraries

        return pdf.export(document)
    from mujaz.export import html  # noqa: PLC0415 # fontTools compresses the faces

    return html.export(document)
