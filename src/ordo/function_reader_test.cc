#include "ordo/function_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "support/config_file.h"

namespace ordo::program {
namespace {

using testing::ConfigFile;
using ::testing::HasSubstr;
using testing::Wrong;

TEST_F(ConfigFile, EveryKeyOfABuiltinFunctionIsRead) {
  const auto config = read(R"(
[functions.slow]
builtin = "simulate"
failure_rate = 0.5
latency = "10ms"
max_latency = "20ms"
seed = 7
[functions.same]
builtin = "echo"
latency = "30ms"
)");
  ASSERT_TRUE(config) << config.error().message;
  const Function& slow = config->functions.at("slow");
  EXPECT_EQ(slow.kind, FunctionKind::builtin);
  EXPECT_EQ(slow.builtin, "simulate");
  EXPECT_EQ(slow.failure_rate, 0.5);
  EXPECT_EQ(slow.latency, base::Millis(10));
  EXPECT_EQ(slow.max_latency, base::Millis(20));
  EXPECT_EQ(slow.seed, 7U);
  const Function& same = config->functions.at("same");
  EXPECT_EQ(same.builtin, "echo");
  EXPECT_EQ(same.max_latency, base::Millis(30)) << "as latency";
}

TEST_F(ConfigFile, EveryKeyOfAFunctionWithACommandIsRead) {
  const auto config = read(R"(
[functions.resize]
command = ["python3", "-m", "awslambdaric", "app.main"]
processes = 4
handler = "app.handler"
directory = "functions"
timeout = "10s"
init_timeout = "3s"
memory_mb = 256
region = "eu-central-1"
environment = { TABLE = "orders", TOKEN = "env:TOKEN" }
)",
                           {{"TOKEN", "s3cret"}});
  ASSERT_TRUE(config) << config.error().message;
  const Function& resize = config->functions.at("resize");
  EXPECT_EQ(resize.kind, FunctionKind::command);
  EXPECT_EQ(resize.command,
            (std::vector<std::string>{"python3", "-m", "awslambdaric", "app.main"}));
  EXPECT_EQ(resize.processes, 4U);
  EXPECT_EQ(resize.handler, "app.handler");
  EXPECT_EQ(resize.directory, "functions");
  EXPECT_EQ(resize.timeout, base::Millis(10'000));
  EXPECT_EQ(resize.init_timeout, base::Millis(3'000));
  EXPECT_EQ(resize.memory_mb, 256U);
  EXPECT_EQ(resize.region, "eu-central-1");
  EXPECT_EQ(resize.environment,
            (std::map<std::string, std::string>{{"TABLE", "orders"}, {"TOKEN", "s3cret"}}));
}

TEST_F(ConfigFile, EveryKeyOfAWebHookIsRead) {
  const auto config = read(R"(
[functions.hook]
url = "env:HOOK"
secrets = ["env:TOKEN", "old"]
allow_private = true
timeout = "7s"
max_in_flight = 3
[functions.signed]
url = "https://h.example/x"
secret = "env:TOKEN"
)",
                           {{"HOOK", "https://h.example/y"}, {"TOKEN", "s3cret"}});
  ASSERT_TRUE(config) << config.error().message;
  const Function& hook = config->functions.at("hook");
  EXPECT_EQ(hook.kind, FunctionKind::url);
  EXPECT_EQ(hook.url, "https://h.example/y");
  EXPECT_EQ(hook.secrets, (std::vector<std::string>{"s3cret", "old"}));
  EXPECT_TRUE(hook.allow_private);
  EXPECT_EQ(hook.timeout, base::Millis(7'000));
  EXPECT_EQ(hook.max_in_flight, 3U);
  EXPECT_EQ(config->functions.at("signed").secrets, std::vector<std::string>{"s3cret"});
}

TEST_F(ConfigFile, EveryKeyOfAChannelIsRead) {
  const auto config = read(R"(
[notify.team]
slack_webhook = "env:SLACK"
allow_private = true
timeout = "3s"
[notify.ops]
url = "https://ops.example/x"
secret = "s"
[notify.more]
url = "https://more.example/x"
secrets = ["new", "old"]
)",
                           {{"SLACK", "https://hooks.example/t"}});
  ASSERT_TRUE(config) << config.error().message;
  const Channel& team = config->channels.at("team");
  EXPECT_EQ(team.slack_webhook, "https://hooks.example/t");
  EXPECT_TRUE(team.allow_private);
  EXPECT_EQ(team.timeout, base::Millis(3'000));
  EXPECT_EQ(config->channels.at("ops").url, "https://ops.example/x");
  EXPECT_EQ(config->channels.at("ops").secrets, std::vector<std::string>{"s"});
  EXPECT_EQ(config->channels.at("more").secrets, (std::vector<std::string>{"new", "old"}));
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
        Wrong{"[notify.\"two words\"]\nurl = \"http://h\"",
              "F:1: [notify] two words: a name is 1 to 64 of A-Z a-z 0-9 . _ -"},
        Wrong{"[functions.\"two words\"]\nbuiltin = \"echo\"",
              "F:1: [functions] two words: a name is 1 to 64 of A-Z a-z 0-9 . _ -"},
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
