#include "ordo/function_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "support/config_file.h"

namespace ordo::program {
namespace {

using testing::ConfigFile;
using ::testing::HasSubstr;
using testing::Wrong;

TEST_F(ConfigFile, ReadsHowFunctionsAreRunAndWhoIsTold) {
  const auto config = read(R"(
[queues.tasks]
batch_size = 10
[queues.mail]
function = "pull"
[functions.processor]
command = ["python3", "-m", "awslambdaric", "app.handler"]
directory = "functions"
memory_mb = 256
init_timeout = "3s"
environment = { TABLE = "orders", TOKEN = "env:TOKEN" }
[functions.hook]
url = "https://hooks.example/x"
secrets = ["env:TOKEN", "old"]
max_in_flight = 3
[functions.slow]
builtin = "simulate"
latency = "10ms"
max_latency = "20ms"
seed = 7
[notify.team]
slack_webhook = "env:TOKEN"
[notify.ops]
url = "https://ops.example/x"
secret = "s"
)",
                           {{"TOKEN", "https://hooks.example/t"}});
  ASSERT_TRUE(config) << config.error().message;
  const domain::Queue& tasks = config->queues.at(domain::QueueName("tasks"));
  EXPECT_EQ(tasks.batch_size, 10U);
  EXPECT_EQ(config->queues.at(domain::QueueName("mail")).concurrency, 100'000U);
  const Function& processor = config->functions.at("processor");
  EXPECT_EQ(processor.kind, FunctionKind::command);
  EXPECT_EQ(processor.memory_mb, 256U);
  EXPECT_EQ(processor.directory, "functions");
  EXPECT_EQ(processor.environment.at("TOKEN"), "https://hooks.example/t");
  EXPECT_EQ(config->functions.at("hook").secrets,
            (std::vector<std::string>{"https://hooks.example/t", "old"}));
  EXPECT_EQ(config->functions.at("slow").max_latency, base::Millis(20));
  EXPECT_EQ(config->functions.at("slow").seed, 7U);
  EXPECT_EQ(config->channels.at("team").slack_webhook, "https://hooks.example/t");
  EXPECT_EQ(config->channels.at("ops").secrets, std::vector<std::string>{"s"});
}

class EveryWrongFunction : public ConfigFile, public ::testing::WithParamInterface<Wrong> {};

TEST_P(EveryWrongFunction, IsRefusedWithItsLine) {
  EXPECT_THAT(fault_of(GetParam().text), HasSubstr(GetParam().fault));
}

INSTANTIATE_TEST_SUITE_P(
    Config, EveryWrongFunction,
    ::testing::Values(
        Wrong{"[functions.f]\ntimeout = \"1s\"", "give exactly one of builtin, command and url"},
        Wrong{"[functions.f]\nbuiltin = \"echo\"\nurl = \"http://h\"", "give exactly one of"},
        Wrong{"[functions.f]\nbuiltin = \"x\"", "F:2: [functions.f] builtin"},
        Wrong{"[functions.f]\ncommand = []", "F:2: [functions.f] command: it is empty"},
        Wrong{"[functions.f]\nurl = \"ftp://h\"",
              "F:2: [functions.f] url: the URL must start with http://"},
        Wrong{"[functions.f]\nbuiltin = \"echo\"\nfailure_rate = 2", "F:3: [functions.f] failure"},
        Wrong{"[functions.f]\nurl = \"http://\"", "F:2: [functions.f] url: the URL must"},
        Wrong{"[functions.f]\nurl = \"http://h:x\"", "F:2: [functions.f] url: the URL must"},
        Wrong{"[functions.f]\nurl = \"http://h\"\nsecret = \"whsec_!\"",
              "F:3: [functions.f] secret: "},
        Wrong{"[functions.f]\nurl = \"http://h\"\nsecret = \"\"",
              "F:3: [functions.f] secret: it is empty"},
        Wrong{"[functions.f]\nurl = \"http://h\"\nsecrets = [\"a\", \"\"]",
              "F:3: [functions.f] secrets: "},
        Wrong{"[notify.team]\nurl = \"http://h\"\nsecret = \"whsec_!\"",
              "F:3: [notify.team] secret: "},
        Wrong{"[functions.pull]\nbuiltin = \"echo\"", "F:1: [functions] pull: the name is taken"},
        Wrong{"[functions.f]\nbuiltin = \"echo\"\nfailure_rate = 0.1",
              "F:3: [functions.f] failure_rate: only \"simulate\" fails"},
        Wrong{"[functions.f]\ncommand = [\"x\"]\nenvironment = { \"a=b\" = \"1\" }",
              "F:3: [functions.f] environment a=b: no variable can have this name"},
        Wrong{"[functions.f]\ncommand = [\"x\"]\nenvironment = { \"\" = \"1\" }",
              "F:3: [functions.f] environment : no variable can have this name"},
        Wrong{"[functions.f]\nbuiltin = \"echo\"\nprocesses = 2", "F:3: [functions.f] processes"},
        Wrong{"[functions.f]\ncommand = [\"x\"]\nfailure_rate = 0.1", "F:3: [functions.f] failure"},
        Wrong{"[functions.f]\nurl = \"http://h\"\nsecret = \"a\"\nsecrets = [\"b\"]",
              "F:4: [functions.f] secrets: give secret or secrets"},
        Wrong{"[notify.team]\nurl = \"http://h\"\nslack_webhook = \"http://h\"",
              "give exactly one of slack_webhook and url"},
        Wrong{"[notify.\"two words\"]\nurl = \"http://h\"", "[notify] two words"},
        Wrong{"[notify.team]\nslack_webhook = \"env:GONE\"",
              "F:2: [notify.team] slack_webhook: the variable GONE is not set"},
        Wrong{"[functions.f]\nurl = \"http://h\"\nsecret = \"env:GONE\"",
              "F:3: [functions.f] secret: the variable GONE is not set"}));

// As `ordo serve` reads it.
TEST_F(ConfigFile, AProgramThatCouldNotRunIsAFaultWhereItIsToRun) {
  const auto text = [](const std::string& command, const std::string& more) {
    return "[functions.f]\ncommand = [\"" + command + "\"]\n" + more;
  };
  EXPECT_EQ(fault_of(text("no-such-program", "")), "");
  programs_run_here_ = true;
  EXPECT_EQ(fault_of(text("no-such-program", "")),
            "F:2: [functions.f] command: no directory of PATH has its program");
  EXPECT_EQ(fault_of(text("./gone", "directory = \"/\"\n")),
            "F:2: [functions.f] command: its program is not there");
  EXPECT_EQ(fault_of(text("sh", "directory = \"/no/such\"\n")),
            "F:3: [functions.f] directory: there is no such directory");
  EXPECT_EQ(fault_of(text("sh", "")), "");
  EXPECT_EQ(fault_of(text("sh", "environment = { PATH = \"/nowhere\" }")),
            "F:2: [functions.f] command: no directory of PATH has its program");
  EXPECT_EQ(fault_of(text("sh", ""), {{"PATH", "/nowhere"}}),
            "F:2: [functions.f] command: no directory of PATH has its program");
}

TEST_F(ConfigFile, ASecretIsInNoMessage) {
  const std::string fault =
      fault_of("[functions.f]\nurl = \"ftp://h\"\nsecret = \"env:HOOK\"\n", {{"HOOK", "s3cret"}});
  EXPECT_THAT(fault, ::testing::Not(HasSubstr("s3cret")));
}

}  // namespace
}  // namespace ordo::program
