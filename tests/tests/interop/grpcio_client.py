"""Bare grpcio with the stubs that PySpark carries, against the connection string in the first argument; prints what
came back as JSON."""

import json
import sys
import threading
import time
import uuid
import zlib

import grpc
from google.rpc import error_details_pb2
from grpc_status import rpc_status
from pyspark.sql.connect.proto import base_pb2 as pb
from pyspark.sql.connect.proto import base_pb2_grpc

# Minutes in which the cores do nothing, should nobody end it. Tasks of a second each: Spark ends none in the middle of its rows.
LONG = "SELECT reflect('java.lang.Thread', 'sleep', bigint(100)) FROM range(0, 6000, 1, 600)"

target, _, parameters = sys.argv[1].removeprefix("sc://").partition("/;")
parameters = dict(parameter.split("=", 1) for parameter in parameters.split(";") if parameter)
if parameters.get("use_ssl") == "true":
    credentials = grpc.composite_channel_credentials(
        grpc.ssl_channel_credentials(), grpc.access_token_call_credentials(parameters["token"])
    )
    channel = grpc.secure_channel(target, credentials)
else:
    channel = grpc.insecure_channel(target)
stub = base_pb2_grpc.SparkConnectServiceStub(channel)
session = {"session_id": str(uuid.uuid4()), "client_type": "grpcio"}


def plan(query, user=""):
    request = pb.ExecutePlanRequest(**session)
    request.user_context.user_id = user
    request.plan.root.sql.query = query
    return request


def details(error):
    """The ErrorInfo among an error's details."""
    info = error_details_pb2.ErrorInfo()
    for detail in rpc_status.from_call(error).details:
        if detail.Unpack(info):
            return info.metadata
    sys.exit("the error has no details")


result = {"rows": 0}
call = stub.ExecutePlan(plan("SELECT id, repeat('x', 1000) FROM range(5000)"))
for response in call:
    result["rows"] += response.arrow_batch.row_count
assert call.code() == grpc.StatusCode.OK, call.code()

version = pb.AnalyzePlanRequest(**session)
version.spark_version.SetInParent()
assert stub.AnalyzePlan(version).spark_version.version

try:
    list(stub.ExecutePlan(plan("SELECT nothing_like_it FROM range(1)")))
    sys.exit("the wrong column was found")
except grpc.RpcError as error:
    metadata = details(error)
    result["error_class"] = metadata["errorClass"]
    result["sql_state"] = metadata["sqlState"]

call = stub.ExecutePlan(plan(LONG))
threading.Timer(1, call.cancel).start()
try:
    list(call)
    sys.exit("the cancelled query ended by itself")
except grpc.RpcError as error:
    result["cancelled"] = error.code().name

begin = time.monotonic()
try:
    list(stub.ExecutePlan(plan(LONG), timeout=2))
    sys.exit("the query ended before its deadline")
except grpc.RpcError as error:
    result["deadline"] = error.code().name
assert 1.5 < time.monotonic() - begin < 30



def interrupt_all():
    request = pb.InterruptRequest(**session, interrupt_type=pb.InterruptRequest.INTERRUPT_TYPE_ALL)
    stub.Interrupt(request)


# Spark goes on without a reader; what was cancelled ends here too, before the next query begins.
interrupt_all()
ended = []


def work():
    try:
        list(stub.ExecutePlan(plan(LONG)))
    except grpc.RpcError as error:
        ended.append(details(error)["errorClass"])


thread = threading.Thread(target=work)
thread.start()
while thread.is_alive():
    # The operation may not have begun when the first request comes.
    thread.join(0.5)
    interrupt_all()
[result["interrupted"]] = ended

# An upload of several messages, then what the server knows of it.
data = b"hello from an artifact"
chunks = [data[:10], data[10:]]


def upload():
    begin = pb.AddArtifactsRequest(**session)
    begin.begin_chunk.name = "files/interop.txt"
    begin.begin_chunk.total_bytes = len(data)
    begin.begin_chunk.num_chunks = len(chunks)
    begin.begin_chunk.initial_chunk.data = chunks[0]
    begin.begin_chunk.initial_chunk.crc = zlib.crc32(chunks[0])
    yield begin
    more = pb.AddArtifactsRequest(**session)
    more.chunk.data = chunks[1]
    more.chunk.crc = zlib.crc32(chunks[1])
    yield more


answer = stub.AddArtifacts(upload())
[artifact] = answer.artifacts
assert artifact.is_crc_successful, artifact
result["uploaded"] = data.decode()

# Who one is, one does not say.
try:
    list(stub.ExecutePlan(plan("SELECT 1", user="someone-else")))
    result["forged"] = "OK"
except grpc.RpcError as error:
    result["forged"] = error.code().name

stub.ReleaseSession(pb.ReleaseSessionRequest(**session))
print(json.dumps(result))
