#include "ordo/pipeline_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "base/iso8601.h"
#include "support/config_file.h"

namespace ordo::program {
namespace {

using testing::ConfigFile;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::Wrong;

TEST_F(ConfigFile, EveryKeyOfAnAuctionWithAUrlIsRead) {
  const auto config = read(R"(
[auction]
url = "env:AUCTION"
secret = "env:TOKEN"
timeout = "7s"
allow_private = true
)",
                           {{"AUCTION", "https://auction.example/settle"}, {"TOKEN", "s3cret"}});
  ASSERT_TRUE(config) << config.error().message;
  EXPECT_EQ(config->auction.url, "https://auction.example/settle");
  EXPECT_EQ(config->auction.secrets, std::vector<std::string>{"s3cret"});
  EXPECT_EQ(config->auction.timeout, base::Millis(7'000));
  EXPECT_TRUE(config->auction.allow_private);
}

TEST_F(ConfigFile, TheAuctionIsTheBuiltInOneUnlessItHasAUrl) {
  const auto config = read("");
  ASSERT_TRUE(config);
  EXPECT_EQ(config->auction.url, "");
  EXPECT_FALSE(config->auction.allow_private);
}

TEST_F(ConfigFile, AVariableOfTheBuiltInAuctionIsRefusedBesideAUrl) {
  EXPECT_THAT(fault_of("[auction]\nurl = \"https://a.example\"", {{"ORDO_AUCTION_SEED", "1"}}),
              HasSubstr("ORDO_AUCTION_SEED: [auction] seed: only the built-in auction has it"));
  EXPECT_THAT(fault_of("", {{"ORDO_AUCTION_SEDE", "1"}}),
              HasSubstr("unknown variable; did you mean ORDO_AUCTION_SEED?"));
}

TEST_F(ConfigFile, AnAuctionsSecretIsInNoMessage) {
  EXPECT_THAT(fault_of("[auction]\nurl = \"env:URL\"\nsecret = \"whsec_?hush?\"",
                       {{"URL", "ftp://hush.example"}}),
              Not(HasSubstr("hush")));
}

class WrongAuction : public ConfigFile, public ::testing::WithParamInterface<Wrong> {};
TEST_P(WrongAuction, IsToldWithItsLine) {
  EXPECT_THAT(fault_of(GetParam().text), HasSubstr(GetParam().fault));
}
INSTANTIATE_TEST_SUITE_P(
    All, WrongAuction,
    ::testing::Values(
        Wrong{"[auction]\nurl = \"https://a.example\"\nseed = 1",
              "F:3: [auction] seed: only the built-in auction has it, and [auction] has a url"},
        Wrong{"[auction]\nreject_rate = 0.1\nurl = \"https://a.example\"",
              "F:2: [auction] reject_rate: only the built-in auction has it"},
        Wrong{"[auction]\nurl = \"https://a.example\"\nnot_ready_rate = 0.1",
              "F:3: [auction] not_ready_rate: only the built-in auction has it"},
        Wrong{"[auction]\nsecret = \"s\"",
              "F:2: [auction] secret: only an auction with a url has it"},
        Wrong{"[auction]\nsecrets = [\"s\"]",
              "F:2: [auction] secrets: only an auction with a url has it"},
        Wrong{"[auction]\ntimeout = \"1s\"",
              "F:2: [auction] timeout: only an auction with a url has it"},
        Wrong{"[auction]\nallow_private = true",
              "F:2: [auction] allow_private: only an auction with a url has it"},
        Wrong{"[auction]\nurl = \"a.example\"", "F:2: [auction] url: "},
        Wrong{"[auction]\nurl = \"\"", "F:2: [auction] url: "},
        Wrong{"[auction]\nurl = \"env:GONE\"", "F:2: [auction] url: the variable GONE is not set"},
        Wrong{"[auction]\nurl = \"https://a.example\"\ntimeout = \"2h\"",
              "F:3: [auction] timeout: \"2h\" is outside"},
        Wrong{"[auction]\nurl = \"https://a.example\"\nsede = 1",
              "F:3: [auction] sede: unknown key; did you mean seed?"}));

TEST_F(ConfigFile, EveryKeyOfAConnectionIsRead) {
  const auto config = read(R"(
[connections.crm]
header = "X-Api-Key"
value = "env:CRM"
allow_private = true
timeout = "5s"
hosts = ["crm.example", "[::1]:8443"]
[connections.open]
)",
                           {{"CRM", "s3cret"}});
  ASSERT_TRUE(config) << config.error().message;
  const ConnectionSettings& crm = config->connections.at("crm");
  EXPECT_EQ(crm.header, "X-Api-Key");
  EXPECT_EQ(crm.value, "s3cret");
  EXPECT_TRUE(crm.allow_private);
  EXPECT_EQ(crm.timeout, base::Millis(5'000));
  const ConnectionSettings& open = config->connections.at("open");
  EXPECT_EQ(crm.hosts, (std::vector<std::string>{"crm.example", "[::1]:8443"}));
  EXPECT_TRUE(open.hosts.empty());
  EXPECT_EQ(open.header, "Authorization");
  EXPECT_EQ(open.value, "");
  EXPECT_FALSE(open.allow_private);
  EXPECT_EQ(open.timeout, base::Millis(30'000));
}

TEST_F(ConfigFile, AConnectionsValueIsInNoMessage) {
  EXPECT_THAT(fault_of("[connections.crm]\nvalue = \"env:CRM\"", {{"CRM", "hush\n"}}),
              ::testing::AllOf(HasSubstr("F:2: [connections.crm] value: it has control characters"),
                               Not(HasSubstr("hush"))));
}

TEST_F(ConfigFile, APipelinesConnectionIsThereOrRefusedWithItsPlace) {
  std::ofstream(dir_.file("ask.json")) << R"({"StartAt":"Ask","States":{"Ask":{"Type":"Task",
    "Resource":"arn:aws:states:::http:invoke","End":true,"Parameters":{
    "ApiEndpoint":"https://a.example","Method":"GET","Authentication":{"ConnectionArn":"crm"}}}}})";
  const std::string pipeline = "[pipelines.ask]\ndefinition = \"ask.json\"\n";
  EXPECT_EQ(fault_of(pipeline + "[connections.crm]\nvalue = \"x\"\n"), "");
  EXPECT_THAT(fault_of(pipeline + "[connections.erp]\nvalue = \"x\"\n"),
              HasSubstr("F:2: [pipelines.ask] definition: the definition is not valid: "
                        "/States/Ask/Parameters/Authentication/ConnectionArn: "
                        "there is no [connections.crm]"));
}

class WrongConnection : public ConfigFile, public ::testing::WithParamInterface<Wrong> {};
TEST_P(WrongConnection, IsToldWithItsLine) {
  EXPECT_THAT(fault_of(GetParam().text), HasSubstr(GetParam().fault));
}
INSTANTIATE_TEST_SUITE_P(
    All, WrongConnection,
    ::testing::Values(
        Wrong{"[connections.c]\nvalue = \"env:GONE\"",
              "F:2: [connections.c] value: the variable GONE is not set"},
        Wrong{"[connections.c]\nvalue = \"\"", "F:2: [connections.c] value: it is empty"},
        Wrong{"[connections.c]\nheader = \"X-Key\"",
              "F:2: [connections.c] header: its value is missing"},
        Wrong{"[connections.c]\nheader = \"a b\"\nvalue = \"x\"",
              "F:2: [connections.c] header: it is no header that can be set"},
        Wrong{"[connections.c]\nheader = \"Host\"\nvalue = \"x\"",
              "F:2: [connections.c] header: it is no header that can be set"},
        Wrong{"[connections.c]\ntimeout = \"2h\"",
              "F:2: [connections.c] timeout: \"2h\" is outside"},
        Wrong{"[connections.c]\nhosts = [\"a.example\", \"https://b.example\"]",
              "F:2: [connections.c] hosts: \"https://b.example\" is no host"},
        Wrong{"[connections.c]\nhosts = []",
              "F:2: [connections.c] hosts: it is empty: name the hosts that it may go to"},
        Wrong{"[connections.c]\nhosts = \"a.example\"",
              "F:2: [connections.c] hosts: a list of texts is wanted"},
        Wrong{"[connections.c]\nhosts = [\"\"]", "F:2: [connections.c] hosts: \"\" is no host"},
        Wrong{"[connections.c]\nurl = \"https://a.example\"",
              "F:2: [connections.c] url: unknown key"},
        Wrong{"[connections.\"two words\"]", "F:1: [connections] two words: a name is 1 to 64"},
        Wrong{"[connections]\nx = 1", "F:2: [connections] x: a table is wanted"}));

class WrongTimetable : public ConfigFile, public ::testing::WithParamInterface<Wrong> {};
TEST_P(WrongTimetable, IsToldWithItsLine) {
  EXPECT_THAT(fault_of("[pipelines.p]\ndefinition = \"orders.asl.json\"\n" + GetParam().text),
              HasSubstr(GetParam().fault));
}
INSTANTIATE_TEST_SUITE_P(
    All, WrongTimetable,
    ::testing::Values(Wrong{"timezone = \"Mars/Olympus\"", "F:3: [pipelines.p] timezone: "},
                      Wrong{"jitter = \"25h\"",
                            "F:3: [pipelines.p] jitter: \"25h\" is outside 0s to 1d"},
                      Wrong{"schedule = \"rate(1 hours)\"\ntimezone = \"Mars/Olympus\"",
                            "F:3: [pipelines.p] schedule: the rate \"1 hours\": "},
                      Wrong{"schedule = \"rate(1 hours)\"\ntimezone = \"Mars/Olympus\"",
                            "F:4: [pipelines.p] timezone: "},
                      Wrong{"schedule = \"rate(1 hour)\"\ntimezone = \"Mars/Olympus\"",
                            "F:4: [pipelines.p] timezone: "}));

TEST_F(ConfigFile, ASchedulesLastFiringHasNoneBehindIt) {
  const auto config = read(R"toml(
[pipelines.never]
definition = "orders.asl.json"
schedule = "cron(0 12 30 2 ? *)"
[pipelines.once]
definition = "orders.asl.json"
schedule = "at(2026-11-21T09:00:00)"
jitter = "1h"
[pipelines.by_hand]
definition = "orders.asl.json"
)toml");
  ASSERT_TRUE(config) << config.error().message;
  system::TimeZones zones;
  const auto pipelines = make_pipelines(*config, zones);
  ASSERT_TRUE(pipelines) << pipelines.error().message;
  using Names = std::vector<domain::PipelineName>;
  const domain::PipelineName never("never");
  const domain::PipelineName once("once");
  const auto at = [](std::string_view time) { return base::parse_time(time).value(); };
  EXPECT_EQ(never_firing(*pipelines, at("2026-11-21T08:59:59Z")), Names{never});
  EXPECT_EQ(never_firing(*pipelines, at("2026-11-21T09:30:00Z")), Names{never})
      << "it may still be due";
  EXPECT_EQ(never_firing(*pipelines, at("2026-11-21T10:00:00Z")), (Names{never, once}));
}

}  // namespace
}  // namespace ordo::program
