"""Gives signed files to the verifier of the C2PA: all must be valid, and none with one changed byte.

    pip install c2pa-python pillow cryptography
    mvn -Dquick -pl models test-compile
    python c2pa_check.py CLASS_PATH    # of models: its classes, its test classes and its libraries

It makes 100 images in the three formats, of which every fourth has a manifest already, marks them
with the test class MarkFiles, and prints what the verifier says. It also prints the time that marks
take, for images of 512 pixels.
"""

import datetime
import io
import pathlib
import random
import subprocess
import sys
import tempfile

import c2pa
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from PIL import Image

FORMATS = {"png": "image/png", "jpg": "image/jpeg", "webp": "image/webp"}
FILES = 100
MAIN = "io.spackle.provenance.MarkFiles"


def name(text):
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COMMON_NAME, text),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Test"),
        ]
    )


def certificate(subject, key, issuer, issuer_key, is_root):
    now = datetime.datetime.now(datetime.timezone.utc)
    usage = dict.fromkeys(
        "content_commitment key_encipherment data_encipherment key_agreement encipher_only decipher_only".split(),
        False,
    )
    builder = (
        x509.CertificateBuilder()
        .subject_name(name(subject))
        .issuer_name(name(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=30))
        .add_extension(x509.BasicConstraints(is_root, None), True)
        .add_extension(
            x509.KeyUsage(
                digital_signature=not is_root, key_cert_sign=is_root, crl_sign=is_root, **usage
            ),
            True,
        )
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), False
        )
    )
    if not is_root:
        purpose = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION])
        builder = builder.add_extension(purpose, False)
    return builder.sign(issuer_key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def credentials():
    """Certificates, key and root in PEM."""
    root_key = ec.generate_private_key(ec.SECP256R1())
    key = ec.generate_private_key(ec.SECP256R1())
    root = certificate("root", root_key, "root", root_key, True)
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return certificate("signer", key, "root", root_key, False) + root, pem, root


def photo(side, seed):
    """A smooth image, so that files have the size of a photo's."""
    noise = Image.frombytes("RGB", (16, 16), random.Random(seed).randbytes(3 * 16 * 16))
    return noise.resize((side, side), Image.Resampling.BICUBIC)


def signed(file, media_type, chain, key):
    """The file with a manifest of another program."""
    info = c2pa.C2paSignerInfo(c2pa.C2paSigningAlg.ES256, chain, key, None)
    created = {
        "action": "c2pa.created",
        "digitalSourceType": "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture",
    }
    builder = c2pa.Builder(
        {
            "claim_generator_info": [{"name": "camera", "version": "1"}],
            "assertions": [{"label": "c2pa.actions", "data": {"actions": [created]}}],
        }
    )
    out = io.BytesIO()
    builder.sign(c2pa.Signer.from_info(info), media_type, io.BytesIO(file), out)
    return out.getvalue()


def make(folder, chain, key):
    for i in range(FILES):
        ending = list(FORMATS)[i % len(FORMATS)]
        exif = Image.Exif()
        exif[0x010F] = "Maker" * (i % 7)
        out = io.BytesIO()
        options = {"dpi": (300, 300)} if ending != "webp" else {}
        photo(64 + i, i).save(out, Image.registered_extensions()["." + ending], exif=exif, **options)
        file = out.getvalue()
        if i % 4 == 0:
            file = signed(file, FORMATS[ending], chain, key)
        (folder / f"{i:03}.{ending}").write_bytes(file)


def state(file, media_type, root):
    settings = {"trust": {"trust_anchors": root.decode()}, "verify": {"verify_trust": True}}
    context = c2pa.Context(c2pa.Settings.from_dict(settings))
    try:
        reader = c2pa.Reader(media_type, io.BytesIO(file), context=context)
        return reader.get_validation_state()
    except c2pa.C2paError:
        return "Unreadable"


def java(class_path, *arguments):
    command = ["java", "-cp", class_path, MAIN, *map(str, arguments)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def verify(marked, root):
    states = {}
    accepted = {"image": 0, "manifest": 0}
    rng = random.Random(7)
    for path in sorted(marked.iterdir()):
        file = path.read_bytes()
        media_type = FORMATS[path.suffix[1:]]
        found = state(file, media_type, root)
        states[found] = states.get(found, 0) + 1
        for part, position in {
            "image": len(file) - 40 - rng.randrange(500) if path.suffix != ".webp" else None,
            "manifest": file.index(b"c2pa.edited") + rng.randrange(200),
        }.items():
            if position is None:  # in WebP the manifest is last
                position = 200 + rng.randrange(300)
            changed = bytearray(file)
            changed[position] ^= 1 << rng.randrange(8)
            if state(bytes(changed), media_type, root) in ("Valid", "Trusted"):
                accepted[part] += 1
                print("accepted although changed:", path.name, part, position)
    print("unchanged:", states)
    print("accepted with one changed bit:", accepted)


def main(class_path):
    chain, key, root = credentials()
    with tempfile.TemporaryDirectory() as name_of_folder:
        folder = pathlib.Path(name_of_folder)
        for part in ("files", "marked", "timed"):
            (folder / part).mkdir()
        (folder / "chain.pem").write_bytes(chain)
        (folder / "key.pem").write_bytes(key)
        pem = (folder / "chain.pem", folder / "key.pem")
        make(folder / "files", chain, key)
        java(class_path, *pem, folder / "files", folder / "marked", 0)
        verify(folder / "marked", root)
        for ending in FORMATS:
            timed = folder / ("timed-" + ending)
            timed.mkdir()
            photo(512, 1).save(timed / ("photo." + ending))
            print(ending, java(class_path, *pem, timed, folder / "timed", 200).replace("\n", ", "))


if __name__ == "__main__":
    main(sys.argv[1])
