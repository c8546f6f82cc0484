"""Writes a small real pdf: pages of lines in the standard Chinese font of the Adobe-GB1 collection."""

from __future__ import annotations

from collections.abc import Sequence


def tiny_pdf(pages: Sequence[Sequence[str]], *, encrypted: bool = False) -> bytes:
    """Return the bytes of a pdf (ISO 32000-1) with the given lines on each page, 12 pt type, 20 pt apart.

    A line is shown in UTF-16BE through the predefined map UniGB-UCS2-H, so that a reader gets characters back without
    an embedded font. `encrypted` adds a standard security handler whose password nobody knows.
    """
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [{kids}] /Count {count} >>".format(
            kids=" ".join(f"{6 + 2 * k} 0 R" for k in range(len(pages))), count=len(pages)
        ),
        "<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UCS2-H /DescendantFonts [4 0 R] >>",
        "<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /DW 1000 /FontDescriptor 5 0 R "
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 4 >> >>",
        "<< /Type /FontDescriptor /FontName /STSong-Light /Flags 6 /FontBBox [-25 -254 1000 880] /ItalicAngle 0 "
        "/Ascent 880 /Descent -120 /CapHeight 880 /StemV 93 >>",
    ]
    for k, lines in enumerate(pages):
        shown = "\n".join(f"<{line.encode('utf-16-be').hex()}> Tj 0 -20 Td" for line in lines)
        stream = f"BT /F1 12 Tf 60 780 Td\n{shown}\nET"
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {7 + 2 * k} 0 R "
            "/Resources << /Font << /F1 3 0 R >> >> >>"
        )
        objects.append(f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream")
    body, places = b"%PDF-1.4\n", []
    for number, words in enumerate(objects, start=1):
        places.append(len(body))
        body += f"{number} 0 obj\n{words}\nendobj\n".encode("latin-1")
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    secret = ""
    if encrypted:
        key = "00" * 32
        secret = f" /Encrypt << /Filter /Standard /V 1 /R 2 /O <{key}> /U <{key}> /P -4 >> /ID [<{key}> <{key}>]"
    end = (
        f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}"
        f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R{secret} >>\n"
        f"startxref\n{len(body)}\n%%EOF\n"
    )
    return body + end.encode("latin-1")
