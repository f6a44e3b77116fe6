"""Says what pyHanko thinks of each file's signature: one JSON line for each argument after the certificate's path."""

import json
import sys

from pyhanko.keys import load_cert_from_pemder
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

certificate, *paths = sys.argv[1:]
# The certificate is of the installation's own making, so it is its own root here.
context = ValidationContext(trust_roots=[load_cert_from_pemder(certificate)], allow_fetching=False)
for path in paths:
    with open(path, "rb") as file:
        (signature,) = PdfFileReader(file).embedded_signatures
        status = validate_pdf_signature(signature, context)
        said = {
            "intact": status.intact,
            "valid": status.valid,
            "trusted": status.trusted,
            "bottom_line": status.bottom_line,
            "coverage": status.coverage.name,
            "unmodified": status.modification_level == ModificationLevel.NONE,
            "subfilter": str(signature.sig_object["/SubFilter"]),
        }
        print(json.dumps(said))
