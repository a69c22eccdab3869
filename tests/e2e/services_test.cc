// What the services that machines call take and answer, as AWS Step Functions was seen to do.
#include <gmock/gmock.h>

#include <boost/json.hpp>
#include <fstream>
#include <memory>
#include <string>
#include <utility>

#include "serving.h"

namespace ordo::e2e {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr char kInvoke[] = R"({"StartAt":"S","States":{"S":{"Type":"Task","End":true,
    "Resource":"arn:aws:states:::lambda:invoke",
    "Parameters":{"FunctionName":"id","Payload.$":"$.payload"}}}})";
constexpr char kPut[] = R"({"StartAt":"S","States":{"S":{"Type":"Task","End":true,
    "Resource":"arn:aws:states:::aws-sdk:s3:putObject",
    "Parameters":{"Bucket":"files","Key.$":"$.key","Body.$":"$.body"}}}})";
constexpr char kSend[] = R"({"StartAt":"S","States":{
    "S":{"Type":"Task","End":true,"Resource":"arn:aws:states:::sqs:sendMessage",
         "Parameters":{"QueueUrl":"tasks","MessageBody.$":"$.body"},
         "Catch":[{"ErrorEquals":["States.TaskFailed"],"Next":"Z"}]},
    "Z":{"Type":"Pass","End":true}}})";
// Reads what `kind` gives of the bucket, and writes what came of it there.
std::string map_of(const std::string& reader, const std::string& parameters) {
  return R"({"StartAt":"M","States":{"M":{"Type":"Map","End":true,
      "ItemReader":{"Resource":"arn:aws:states:::s3:)" +
         reader + R"(","Parameters":)" + parameters + R"(},
      "ItemProcessor":{"ProcessorConfig":{"Mode":"DISTRIBUTED","ExecutionType":"STANDARD"},
          "StartAt":"P","States":{"P":{"Type":"Pass","End":true}}},
      "ResultWriter":{"Resource":"arn:aws:states:::s3:putObject",
          "Parameters":{"Bucket":"results","Prefix":"out"}}}}})";
}

class Services : public ::testing::Test {
 protected:
  Services() {
    std::string config = "[functions.id]\nbuiltin = \"echo\"\n";
    for (const auto& [name, definition] : {
             std::pair<std::string, std::string>{"invoke", kInvoke},
             {"put", kPut},
             {"send", kSend},
             {"read", map_of("getObject", R"({"Bucket":"files","Key":"items"})")},
             {"list", map_of("listObjectsV2", R"({"Bucket":"files","Prefix":"a"})")},
         }) {
      const std::string file = (data_.path() / name).string() + ".asl.json";
      std::ofstream(file) << definition;
      config += "[pipelines." + name + "]\ndefinition = \"" + file + "\"\n";
    }
    ServerSetup setup;
    setup.data = data_.path();
    setup.config = std::move(config);
    server_ = std::make_unique<ServerProcess>(std::move(setup));
    client_ = std::make_unique<HttpClient>(server_->port());
  }

  boost::json::value run(const std::string& pipeline, const std::string& input) {
    const HttpAnswer started =
        client_->post("/pipelines/" + pipeline + "/executions", R"({"input":)" + input + "}");
    EXPECT_EQ(started.status, 201) << started.body;
    const std::string id = text(started.json(), "execution_id");
    boost::json::value ended;
    EXPECT_TRUE(eventually([&] {
      ended = client_->get("/executions/" + id).json();
      return text(ended, "status") != "running";
    }));
    return ended;
  }
  boost::json::value output(const std::string& pipeline, const std::string& input) {
    const boost::json::value ended = run(pipeline, input);
    EXPECT_EQ(text(ended, "status"), "succeeded") << boost::json::serialize(ended);
    return ended.at("output");
  }
  boost::json::value object(const std::string& path) {
    return client_->get("/objects/" + path).json();
  }

  TempDir data_;
  std::unique_ptr<ServerProcess> server_;
  std::unique_ptr<HttpClient> client_;
};

TEST_F(Services, AFunctionsPayloadIsJsonOrATextThatHoldsIt) {
  for (const auto& [payload, answered] : {
           std::pair{R"({"a":1})", R"({"a":1})"},
           {"null", "{}"},
           {R"("null")", "null"},
           {R"("[]")", "[]"},
           {R"("\"Hello\"")", R"("Hello")"},
       }) {
    const boost::json::value told = output("invoke", std::string(R"({"payload":)") + payload + "}");
    EXPECT_EQ(told.at("Payload"), boost::json::parse(answered)) << payload;
    EXPECT_EQ(told.at("SdkHttpMetadata").at("HttpStatusCode"), 200);
    EXPECT_FALSE(text(told.at("SdkResponseMetadata"), "RequestId").empty());
  }
  const boost::json::value failed = run("invoke", R"({"payload":"no json"})");
  EXPECT_EQ(text(failed, "error"), "Lambda.InvalidRequestContentException");
}

TEST_F(Services, AnObjectIsWrittenAsJsonATextToo) {
  for (const char* body : {R"("text data")", "[1,2]", "false", "0"}) {
    const std::string input = std::string(R"({"key":"k","body":)") + body + "}";
    EXPECT_THAT(text(output("put", input), "ETag"), StartsWith("\""));
    EXPECT_EQ(client_->get("/objects/files/k").body, body);
  }
}

TEST_F(Services, AMessageWithoutABodyIsAFaultThatCanBeCaught) {
  const boost::json::value told = output("send", R"({"body":null})");
  EXPECT_EQ(text(told, "Error"), "SQS.AmazonSQSException");
  EXPECT_THAT(text(told, "Cause"), HasSubstr("MessageBody"));
  // The word is a body like any.
  EXPECT_EQ(text(output("send", R"({"body":"null"})"), "MD5OfMessageBody"),
            "37a6259cc0c1dae299a7866489dff0bd");
}

TEST_F(Services, AMapReadsAnObjectAndWritesItsResults) {
  output("put", R"({"key":"items","body":[1,{"a":2}]})");
  const boost::json::value told = output("read", "{}").at("ResultWriterDetails");
  EXPECT_EQ(text(told, "Bucket"), "results");
  EXPECT_EQ(object("results/" + text(told, "Key")), boost::json::parse(R"([1,{"a":2}])"));
}

TEST_F(Services, AMapReadsTheListOfABucket) {
  for (const char* key : {"b1", "a1", "a2"}) {
    output("put", std::string(R"({"body":1,"key":")") + key + "\"}");
  }
  const boost::json::value told = output("list", "{}").at("ResultWriterDetails");
  const boost::json::value listed = object("results/" + text(told, "Key"));
  ASSERT_EQ(listed.as_array().size(), 2U);
  EXPECT_EQ(text(listed.at(0), "Key"), "a1");
  EXPECT_EQ(text(listed.at(1), "Key"), "a2");
  EXPECT_EQ(listed.at(0).at("Size"), 1);
  EXPECT_GT(listed.at(0).at("LastModified").as_int64(), 1'700'000'000);
}

TEST(ServicesOfMaps, AreCheckedAtTheStart) {
  const TempDir data;
  const std::string machine = (data.path() / "m.asl.json").string();
  const std::string config = (data.path() / "ordo.toml").string();
  std::ofstream(machine) << map_of("headObject", "{}");
  std::ofstream(config) << "[pipelines.m]\ndefinition = \"" << machine << "\"\n";
  const Ran ran = run_ordo({"serve", "--config", config, "--data", (data.path() / "d").string()});
  EXPECT_EQ(ran.exit_code, 2);
  EXPECT_THAT(ran.err, HasSubstr("/States/M/ItemReader/Resource"));
}

}  // namespace
}  // namespace ordo::e2e
