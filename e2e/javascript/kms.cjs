// The AWS SDK for JavaScript v3: its own encoding of bytes and dates, its pages, its error classes.

"use strict";

const assert = require("node:assert/strict");
const kms = require("@aws-sdk/client-kms");

const client = new kms.KMSClient({ region: process.env.AWS_DEFAULT_REGION, maxAttempts: 1 });
const send = (command) => client.send(command);
const text = (bytes) => Buffer.from(bytes).toString("utf8");

async function createKey(input = {}) {
  return (await send(new kms.CreateKeyCommand(input))).KeyMetadata;
}

async function refused(errorClass, name, command) {
  await assert.rejects(send(command), (error) => {
    assert.ok(error instanceof errorClass, `${error}`);
    assert.equal(error.name, name);
    assert.equal(error.$metadata.httpStatusCode, 400);
    assert.match(error.$metadata.requestId, /^[0-9a-f-]{36}$/);
    return true;
  });
}

async function lifecycle() {
  const metadata = await createKey({ Description: "schlüssel 🗝", Tags: [{ TagKey: "team", TagValue: "js" }] });
  assert.ok(metadata.CreationDate instanceof Date);
  assert.ok(Math.abs(Date.now() - metadata.CreationDate.getTime()) < 60_000, `${metadata.CreationDate}`);
  assert.equal(metadata.Description, "schlüssel 🗝");
  assert.equal(metadata.Arn.split("/")[1], metadata.KeyId);

  await send(new kms.DisableKeyCommand({ KeyId: metadata.KeyId }));
  await refused(kms.DisabledException, "DisabledException", new kms.GenerateDataKeyCommand({ KeyId: metadata.KeyId, KeySpec: "AES_256" }));
  await send(new kms.EnableKeyCommand({ KeyId: metadata.KeyId }));
  const scheduled = await send(new kms.ScheduleKeyDeletionCommand({ KeyId: metadata.KeyId, PendingWindowInDays: 7 }));
  assert.ok(scheduled.DeletionDate instanceof Date);
  await refused(kms.KMSInvalidStateException, "KMSInvalidStateException", new kms.EncryptCommand({ KeyId: metadata.KeyId, Plaintext: Buffer.from("x") }));
}

async function encryption() {
  const { KeyId, Arn } = await createKey();
  const EncryptionContext = { purpose: "test", "ключ": "значение" };
  const sealed = await send(new kms.EncryptCommand({ KeyId, Plaintext: Buffer.from("a secret"), EncryptionContext }));
  assert.ok(sealed.CiphertextBlob instanceof Uint8Array);
  assert.equal(sealed.KeyId, Arn);
  const opened = await send(new kms.DecryptCommand({ CiphertextBlob: sealed.CiphertextBlob, EncryptionContext }));
  assert.equal(text(opened.Plaintext), "a secret");
  await refused(kms.InvalidCiphertextException, "InvalidCiphertextException", new kms.DecryptCommand({ CiphertextBlob: sealed.CiphertextBlob }));

  const dataKey = await send(new kms.GenerateDataKeyCommand({ KeyId, KeySpec: "AES_256", EncryptionContext }));
  assert.equal(dataKey.Plaintext.length, 32);
  const again = await send(new kms.DecryptCommand({ CiphertextBlob: dataKey.CiphertextBlob, EncryptionContext, KeyId }));
  assert.deepEqual(again.Plaintext, dataKey.Plaintext);
  const random = await send(new kms.GenerateRandomCommand({ NumberOfBytes: 1024 }));
  assert.equal(random.Plaintext.length, 1024);

  const other = await createKey();
  const moved = await send(new kms.ReEncryptCommand({ CiphertextBlob: sealed.CiphertextBlob, SourceEncryptionContext: EncryptionContext, DestinationKeyId: other.KeyId }));
  assert.equal(moved.SourceKeyId, Arn);
  assert.equal(text((await send(new kms.DecryptCommand({ CiphertextBlob: moved.CiphertextBlob }))).Plaintext), "a secret");
}

async function names() {
  const { KeyId } = await createKey();
  for (let number = 0; number < 7; number++) {
    await send(new kms.CreateAliasCommand({ AliasName: `alias/js/${number}`, TargetKeyId: KeyId }));
  }
  await refused(kms.AlreadyExistsException, "AlreadyExistsException", new kms.CreateAliasCommand({ AliasName: "alias/js/0", TargetKeyId: KeyId }));
  const seen = [];
  for await (const page of kms.paginateListAliases({ client, pageSize: 3 }, { KeyId })) {
    assert.ok(page.Aliases.length <= 3);
    seen.push(...page.Aliases.map((alias) => alias.AliasName));
  }
  assert.deepEqual(seen.sort(), [0, 1, 2, 3, 4, 5, 6].map((number) => `alias/js/${number}`));
  const described = await send(new kms.DescribeKeyCommand({ KeyId: "alias/js/3" }));
  assert.equal(described.KeyMetadata.KeyId, KeyId);
}

async function refusals() {
  const absent = "01234567-89ab-cdef-0123-456789abcdef";
  await refused(kms.NotFoundException, "NotFoundException", new kms.DescribeKeyCommand({ KeyId: absent }));
  await refused(kms.KMSServiceException, "ValidationException", new kms.GenerateRandomCommand({ NumberOfBytes: 0 }));
  const stranger = new kms.KMSClient({
    region: process.env.AWS_DEFAULT_REGION,
    maxAttempts: 1,
    credentials: { accessKeyId: process.env.AWS_ACCESS_KEY_ID, secretAccessKey: "wrong" },
  });
  await assert.rejects(stranger.send(new kms.ListKeysCommand({})), { name: "InvalidSignatureException" });
}

async function main() {
  for (const part of [lifecycle, encryption, names, refusals]) {
    await part();
  }
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
