"""Data that outlives a run of the local stack."""

from pathlib import Path

import pytest

from local.runner.stack import LocalStack

pytestmark = pytest.mark.slow

TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Resources:
  Things:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{ AttributeName: id, AttributeType: S }]
      KeySchema: [{ AttributeName: id, KeyType: HASH }]
  Jobs: { Type: AWS::SQS::Queue }
  Files: { Type: AWS::S3::Bucket }
  Key: { Type: AWS::KMS::Key, Properties: { KeyPolicy: { Version: "2012-10-17", Statement: [] } } }
  Made: { Type: AWS::SecretsManager::Secret, Properties: { GenerateSecretString: { PasswordLength: 40 } } }
  Given: { Type: AWS::SecretsManager::Secret, Properties: { SecretString: none } }
"""


@pytest.fixture
def template(tmp_path: Path) -> Path:
    path = tmp_path / "template.yaml"
    path.write_text(TEMPLATE, encoding="utf-8")
    return path


def start(template: Path, given: str = "first") -> LocalStack:
    keep = template.parent / "kept" / "data"
    return LocalStack(template, secrets={"Given": given}, keep=keep, log=lambda _line: None)


def test_data_of_an_earlier_run_is_there_again(template: Path) -> None:
    # Given a run that stored something of every kind
    with start(template) as stack:
        stack.client("dynamodb").put_item(TableName="Things", Item={"id": {"S": "1"}, "raw": {"B": b"\x00\xff"}})
        url = stack.client("sqs").get_queue_url(QueueName="Jobs")["QueueUrl"]
        stack.client("sqs").send_message(QueueUrl=url, MessageBody="job")
        stack.client("s3").put_object(Bucket="files", Key="a/b", Body=b"content", ContentType="image/png")
        (key,) = stack.client("kms").list_keys()["Keys"]
        sealed = stack.client("kms").encrypt(KeyId=key["KeyId"], Plaintext=b"token", EncryptionContext={"a": "b"})
        made = stack.client("secretsmanager").get_secret_value(SecretId="Made")["SecretString"]

    # When another one starts
    with start(template, given="second") as stack:
        # Then all of it is there, and ciphertexts can be decrypted
        item = stack.client("dynamodb").get_item(TableName="Things", Key={"id": {"S": "1"}})["Item"]
        assert item == {"id": {"S": "1"}, "raw": {"B": b"\x00\xff"}}
        url = stack.client("sqs").get_queue_url(QueueName="Jobs")["QueueUrl"]
        (message,) = stack.client("sqs").receive_message(QueueUrl=url)["Messages"]
        assert message["Body"] == "job"
        found = stack.client("s3").get_object(Bucket="files", Key="a/b")
        assert (found["Body"].read(), found["ContentType"]) == (b"content", "image/png")
        (key,) = stack.client("kms").list_keys()["Keys"]
        opened = stack.client("kms").decrypt(
            KeyId=key["KeyId"], CiphertextBlob=sealed["CiphertextBlob"], EncryptionContext={"a": "b"}
        )
        assert opened["Plaintext"] == b"token"

        # And generated secrets are the same, but given ones are those given now
        secret = stack.client("secretsmanager").get_secret_value
        assert secret(SecretId="Made")["SecretString"] == made
        assert secret(SecretId="Given")["SecretString"] == "second"


def test_what_the_template_no_longer_has_is_dropped(template: Path) -> None:
    # Given data of a table whose key has another name now, and of a queue that is gone
    with start(template) as stack:
        stack.client("dynamodb").put_item(TableName="Things", Item={"id": {"S": "1"}})
    changed = TEMPLATE.replace("AttributeName: id", "AttributeName: name").replace(
        "  Jobs: { Type: AWS::SQS::Queue }\n", ""
    )
    template.write_text(changed, encoding="utf-8")

    # When another run starts
    with start(template) as stack:
        # Then the table is empty, and works
        stack.client("dynamodb").put_item(TableName="Things", Item={"name": {"S": "2"}})
        assert stack.client("dynamodb").scan(TableName="Things")["Count"] == 1
