#!/usr/bin/env bash
# A certification authority of one's own and a server's certificate under it, as `clavigerd dev --tls-cert … --tls-key …` takes them.
# Usage: certificates.sh FOLDER
set -euo pipefail
cd "$1"
new_key=(-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes)
openssl req -x509 "${new_key[@]}" -keyout ca.key -out ca.pem -days 2 -subj "/CN=Claviger test authority" \
    -addext "basicConstraints=critical,CA:TRUE" -addext "keyUsage=critical,keyCertSign"
openssl req "${new_key[@]}" -keyout server.key -out server.csr -subj "/CN=localhost"
openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -out server.pem -extfile - <<EXTENSIONS
subjectAltName=IP:127.0.0.1,DNS:localhost
extendedKeyUsage=serverAuth
basicConstraints=CA:FALSE
EXTENSIONS
# What must be refused: a key of another certificate, and one behind a passphrase.
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out other.key
openssl pkcs8 -topk8 -in server.key -out encrypted.key -passout pass:secret
