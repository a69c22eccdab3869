#include "ordo/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <ostream>
#include <string>

#include "support/config_file.h"

namespace ordo::program {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

using testing::ConfigFile;
using testing::load;
using testing::Variables;
using testing::Wrong;

TEST(Config, WorksWithoutAny) {
  const auto config = load({});
  ASSERT_TRUE(config.has_value());
  EXPECT_EQ(config->address, "127.0.0.1");
  EXPECT_EQ(config->port, 8080);
  EXPECT_EQ(config->database, "ordo-data/ordo.db");
  ASSERT_EQ(config->queues.size(), 1U);
  EXPECT_EQ(config->queues.at(domain::QueueName("tasks")).function, "processor");
  EXPECT_EQ(config->functions.at("processor").builtin, "simulate");
}

// What the file and the variables say in EveryKeyOfServerStoreAndLogIsRead and
// EveryKeyOfTheFileHasItsVariable: no default among it.
void expect_other_settings(const Config& config) {
  EXPECT_EQ(config.address, "::1");
  EXPECT_EQ(config.port, 9000);
  EXPECT_EQ(config.threads, 3U);
  EXPECT_EQ(config.max_connections, 10U);
  EXPECT_EQ(config.cors_origins, std::vector<std::string>{"https://a.example"});
  EXPECT_EQ(config.idle_timeout, base::Millis(61'000));
  EXPECT_EQ(config.request_timeout, base::Millis(5'000));
  EXPECT_EQ(config.drain_timeout, base::Millis(0));
  EXPECT_FALSE(config.docs);
  EXPECT_EQ(config.database, "/var/x.db");
  EXPECT_FALSE(config.migrate);
  EXPECT_EQ(config.store_connections, 7U);
  EXPECT_EQ(config.lease, base::Millis(20'000));
  EXPECT_EQ(config.node, "one");
  EXPECT_EQ(config.retention, base::Millis(std::chrono::hours(24 * 30)));
  EXPECT_EQ(config.keep_idempotency_keys, base::Millis(std::chrono::hours(48)));
  EXPECT_EQ(config.keep_orders, base::Millis(std::chrono::minutes(5)));
  EXPECT_EQ(config.auction.not_ready_rate, 0.25);
  EXPECT_EQ(config.auction.reject_rate, 1);
  EXPECT_EQ(config.auction.seed, 9U);
  EXPECT_EQ(config.log_level, "debug");
  EXPECT_EQ(config.log_format, "json");
  EXPECT_TRUE(config.log_requests);
}

TEST_F(ConfigFile, EveryKeyOfServerStoreAndLogIsRead) {
  const auto config = read(R"(
[server]
listen = "[::1]:9000"
threads = 3
max_connections = 10
cors_origins = ["https://a.example"]
idle_timeout = "61s"
request_timeout = "5s"
drain_timeout = "0s"
docs = false
[store]
url = "sqlite:/var/x.db"
migrate = false
connections = 7
lease = "20s"
node = "one"
retention = "30d"
keep_idempotency_keys = "2d"
[orders]
keep = "5m"
[auction]
not_ready_rate = 0.25
reject_rate = 1
seed = 9
[log]
level = "debug"
format = "json"
requests = true
)");
  ASSERT_TRUE(config.has_value()) << config.error().message;
  expect_other_settings(*config);
}

TEST_F(ConfigFile, EveryKeyOfAQueueIsRead) {
  const auto config = read(R"(
[functions.mailer]
builtin = "echo"
[queues.mail]
function = "mailer"
ordering = "priority"
max_attempts = 9
concurrency = 2
batch_size = 4
backoff = { base = "2s", factor = 3, max = "1h", jitter = "none" }
[queues.quick]
handoff = "early"
backoff = { jitter = "equal" }
[queues.pulled]
function = "pull"
)");
  ASSERT_TRUE(config.has_value()) << config.error().message;
  const auto queue = [&](const char* name) { return config->queues.at(domain::QueueName(name)); };
  const domain::Queue mail = queue("mail");
  EXPECT_EQ(mail.function, "mailer");
  EXPECT_EQ(mail.ordering, domain::Ordering::priority);
  EXPECT_EQ(mail.max_attempts, 9U);
  EXPECT_EQ(mail.concurrency, 2U);
  EXPECT_EQ(mail.batch_size, 4U);
  EXPECT_EQ(mail.handoff, domain::Handoff::strict);
  EXPECT_EQ(mail.backoff.base, base::Millis(2'000));
  EXPECT_EQ(mail.backoff.factor, 3);
  EXPECT_EQ(mail.backoff.max, base::Millis(3'600'000));
  EXPECT_EQ(mail.backoff.jitter, domain::Jitter::none);
  EXPECT_EQ(queue("quick").handoff, domain::Handoff::early);
  EXPECT_EQ(queue("quick").backoff.jitter, domain::Jitter::equal);
  EXPECT_TRUE(domain::is_pulled(queue("pulled")));
  EXPECT_EQ(queue("pulled").concurrency, 100'000U);
}

TEST_F(ConfigFile, FlagsStandOverVariablesOverTheFile) {
  const std::string file =
      "[server]\nlisten = \"127.0.0.1:1\"\nthreads = 1\n[store]\nurl = \"sqlite:file\"\n"
      "[log]\nlevel = \"error\"\nformat = \"json\"\n";
  const Variables variables{{"ORDO_SERVER_LISTEN", "127.0.0.1:2"},
                            {"ORDO_SERVER_THREADS", "2"},
                            {"ORDO_SERVER_CORS_ORIGINS", "https://a.example,https://b.example"},
                            {"ORDO_STORE_URL", "sqlite:variable"},
                            {"ORDO_STORE_RETENTION", "2d"},
                            {"ORDO_LOG_LEVEL", "warning"},
                            {"ORDO_LOG_FORMAT", "auto"}};
  EXPECT_EQ(read(file)->port, 1);
  const auto by_variable = read(file, variables);
  EXPECT_EQ(by_variable->port, 2);
  EXPECT_EQ(by_variable->threads, 2U);
  EXPECT_EQ(by_variable->cors_origins.size(), 2U);
  EXPECT_EQ(by_variable->database, "variable");
  EXPECT_EQ(by_variable->retention, base::Millis(std::chrono::hours(48)));
  EXPECT_EQ(by_variable->log_level, "warning");
  EXPECT_EQ(by_variable->log_format, "auto");
  Flags flags;
  flags.listen = "localhost:3";
  flags.threads = 3;
  flags.store = "sqlite:flag";
  flags.log_level = "debug";
  flags.log_format = "human";
  const auto by_flag = read(file, variables, flags);
  EXPECT_EQ(by_flag->address, "127.0.0.1");
  EXPECT_EQ(by_flag->port, 3);
  EXPECT_EQ(by_flag->threads, 3U);
  EXPECT_EQ(by_flag->database, "flag");
  EXPECT_EQ(by_flag->log_level, "debug");
  EXPECT_EQ(by_flag->log_format, "human");
  flags.store = "";
  flags.data = "/d";
  EXPECT_EQ(read(file, variables, flags)->database, "/d/ordo.db");
}

TEST_F(ConfigFile, ADirectoryIsNoPartOfPostgres) {
  Flags flags;
  flags.data = "/d";
  const std::string file = "[store]\nurl = \"postgres://ordo:secret@db/ordo\"\n";
  const auto both = read(file, {}, flags);
  ASSERT_FALSE(both.has_value());
  EXPECT_THAT(both.error().message, HasSubstr("--store sqlite:/d/ordo.db"));
  EXPECT_THAT(both.error().message, Not(HasSubstr("secret")));
  EXPECT_FALSE(read("", {{"ORDO_STORE_URL", "postgres://ordo@db/ordo"}}, flags).has_value());
  EXPECT_EQ(read(file, {{"ORDO_STORE_URL", "sqlite:x"}}, flags)->database, "/d/ordo.db");
}

TEST(Config, AnAddressThatCannotBeMeantIsNamedWithoutItsSecrets) {
  Flags flags;
  flags.store = "postgres://ordo:se/cret@db/ordo";
  const auto config = load(flags, {});
  ASSERT_FALSE(config.has_value());
  EXPECT_THAT(config.error().message, HasSubstr("--store: [store] url: this is no address"));
  EXPECT_THAT(config.error().message, Not(HasSubstr("cret")));
}

TEST_F(ConfigFile, AnEmptyVariableIsNotSet) {
  EXPECT_EQ(read("[server]\nlisten = \"127.0.0.1:1\"\n", {{"ORDO_SERVER_LISTEN", ""}})->port, 1);
}

TEST(Config, AWrongFlagOrVariableIsNamed) {
  const auto fault = [](const Flags& flags, const Variables& variables) {
    const auto config = load(flags, variables);
    return config ? "" : config.error().message;
  };
  for (const auto& [name, value] : Variables{{"ORDO_SERVER_LISTEN", "8080"},
                                             {"ORDO_SERVER_THREADS", "257"},
                                             {"ORDO_STORE_URL", "/x"},
                                             {"ORDO_STORE_RETENTION", "1s"},
                                             {"ORDO_LOG_LEVEL", "loud"},
                                             {"ORDO_LOG_FORMAT", "xml"}}) {
    EXPECT_THAT(fault({}, {{name, value}}), HasSubstr(name + ": [")) << value;
  }
  Flags flags;
  flags.listen = "x:99999";
  flags.store = "mysql://x";
  flags.log_level = "x";
  const std::string all = fault(flags, {});
  EXPECT_THAT(all, HasSubstr("--listen"));
  EXPECT_THAT(all, HasSubstr("--store: [store] url: a store is given as"));
  EXPECT_THAT(all, HasSubstr("--log-level")) << "all of them at once";
}

TEST(Config, AFileThatIsNamedMustBeThere) {
  Flags flags;
  flags.config_file = "/nowhere/ordo.toml";
  EXPECT_EQ(load(flags).error().message, "/nowhere/ordo.toml: cannot be read");
}

TEST_F(ConfigFile, ADirectoryIsNoFile) {
  Flags flags;
  flags.config_file = dir_.path().string();
  const auto config = load(flags);
  ASSERT_FALSE(config.has_value());
  EXPECT_EQ(config.error().message, dir_.path().string() + ": cannot be read: it is a directory");
}

TEST(Config, EveryVariableIsListedWithItsKey) {
  for (const Variable& variable : variables()) {
    EXPECT_TRUE(variable.name.starts_with("ORDO_")) << variable.name;
    EXPECT_TRUE(variable.key.starts_with("[")) << variable.key;
  }
  EXPECT_EQ(variables().size(), 22U);
}

// The names of the keys in the sections that have variables, as the document has them.
TEST_F(ConfigFile, EveryKeyOfTheFileHasItsVariable) {
  const Variables values{{"ORDO_SERVER_LISTEN", "[::1]:9000"},
                         {"ORDO_SERVER_THREADS", "3"},
                         {"ORDO_SERVER_MAX_CONNECTIONS", "10"},
                         {"ORDO_SERVER_CORS_ORIGINS", "https://a.example"},
                         {"ORDO_SERVER_IDLE_TIMEOUT", "61s"},
                         {"ORDO_SERVER_REQUEST_TIMEOUT", "5s"},
                         {"ORDO_SERVER_DRAIN_TIMEOUT", "0s"},
                         {"ORDO_SERVER_DOCS", "false"},
                         {"ORDO_STORE_URL", "sqlite:/var/x.db"},
                         {"ORDO_STORE_MIGRATE", "false"},
                         {"ORDO_STORE_CONNECTIONS", "7"},
                         {"ORDO_STORE_LEASE", "20s"},
                         {"ORDO_STORE_NODE", "one"},
                         {"ORDO_STORE_RETENTION", "30d"},
                         {"ORDO_STORE_KEEP_IDEMPOTENCY_KEYS", "2d"},
                         {"ORDO_ORDERS_KEEP", "5m"},
                         {"ORDO_AUCTION_NOT_READY_RATE", "0.25"},
                         {"ORDO_AUCTION_REJECT_RATE", "1"},
                         {"ORDO_AUCTION_SEED", "9"},
                         {"ORDO_LOG_LEVEL", "debug"},
                         {"ORDO_LOG_FORMAT", "json"},
                         {"ORDO_LOG_REQUESTS", "true"}};
  EXPECT_EQ(values.size(), variables().size());
  const auto config = read("", values);
  ASSERT_TRUE(config.has_value()) << config.error().message;
  expect_other_settings(*config);
}

TEST_F(ConfigFile, AVariableHasTheBoundsOfItsKey) {
  EXPECT_EQ(fault_of("", {{"ORDO_SERVER_MAX_CONNECTIONS", "0"}}),
            "ORDO_SERVER_MAX_CONNECTIONS: [server] max_connections: a whole number from 1 to "
            "1000000 is wanted");
  EXPECT_EQ(fault_of("", {{"ORDO_SERVER_DOCS", "yes"}}),
            "ORDO_SERVER_DOCS: [server] docs: true or false is wanted");
  EXPECT_EQ(fault_of("", {{"ORDO_SERVER_THREADS", "2x"}}),
            "ORDO_SERVER_THREADS: [server] threads: a whole number from 0 to 256 is wanted");
}

TEST_F(ConfigFile, AVariableThatIsNotKnownIsRefusedWithTheNearest) {
  EXPECT_EQ(fault_of("", {{"ORDO_SERVER_LISTEM", "127.0.0.1:1"}}),
            "ORDO_SERVER_LISTEM: unknown variable; did you mean ORDO_SERVER_LISTEN?");
  EXPECT_THAT(fault_of("", {{"ORDO_LOG_LEVELS", "info"}, {"ORDO_STORE_UR", "x"}}),
              ::testing::AllOf(HasSubstr("did you mean ORDO_LOG_LEVEL?"),
                               HasSubstr("did you mean ORDO_STORE_URL?")));
  EXPECT_EQ(fault_of("", {{"ORDO_URL", "x"}, {"ORDO_HOOK", "x"}, {"ORDO_SERVER_X", ""}}), "");
}

TEST_F(ConfigFile, AStoreIsAFileOrADatabase) {
  const auto from = [this](const std::string& text, const std::string& flag = "") {
    Flags flags;
    flags.store = flag;
    return read(text, {}, flags).value();
  };
  const std::string shared = "[store]\nurl = \"postgres://u@h/db\"\n";
  EXPECT_EQ(from("").postgres, "");
  EXPECT_EQ(from(shared).postgres, "postgres://u@h/db");
  EXPECT_EQ(from("", "postgresql://h/db").postgres, "postgresql://h/db");
  // What is said later replaces it.
  const Config embedded = from(shared, "sqlite:other.db");
  EXPECT_EQ(embedded.postgres, "");
  EXPECT_EQ(embedded.database, "other.db");
}

TEST_F(ConfigFile, AStoresAddressIsInNoMessage) {
  const std::string url = "mysql://u:s3cret@h/db";
  Flags flags;
  flags.store = url;
  for (const std::string& fault :
       {fault_of("[store]\nurl = \"" + url + "\"\n"), fault_of("", {{"ORDO_STORE_URL", url}}),
        fault_of("", {{"ORDO_STORE_URL", "x" + url}}), load(flags).error().message}) {
    EXPECT_THAT(fault, HasSubstr("[store] url: "));
    EXPECT_THAT(fault, ::testing::Not(HasSubstr("s3cret")));
  }
}

class EveryWrongKey : public ConfigFile, public ::testing::WithParamInterface<Wrong> {};

TEST_P(EveryWrongKey, IsRefusedWithItsLine) {
  EXPECT_THAT(fault_of(GetParam().text), HasSubstr(GetParam().fault));
}

INSTANTIATE_TEST_SUITE_P(
    Config, EveryWrongKey,
    ::testing::Values(
        Wrong{"[server]\nlisten = \"nowhere\"", "F:2: [server] listen: an IP address"},
        Wrong{"[server]\nlisten = \":80\"", "F:2: [server] listen: an IP address"},
        Wrong{"[server]\nlisten = 80", "F:2: [server] listen: a text"},
        Wrong{"[server]\nthreads = 257", "F:2: [server] threads: a whole number from 0 to 256"},
        Wrong{"[server]\nthreads = \"2\"", "F:2: [server] threads: a whole number"},
        Wrong{"[server]\nmax_connections = 0", "F:2: [server] max_connections"},
        Wrong{"[server]\ncors_origins = \"*\"", "F:2: [server] cors_origins: a list of texts"},
        Wrong{"[server]\nlisten = \"x:1\"", "F:2: [server] listen: an IP address or localhost"},
        Wrong{"[server]\nlisten = \"a.example:80\"", "F:2: [server] listen: an IP address"},
        Wrong{"[server]\ncors_origins = [\"*\", \"https://a/\"]",
              "F:2: [server] cors_origins: \"https://a/\" is no origin"},
        Wrong{"[server]\nidle_timeout = \"1ms\"", "F:2: [server] idle_timeout"},
        Wrong{"[server]\ndrain_timeout = 5", "F:2: [server] drain_timeout: a duration in quotes"},
        Wrong{"[server]\ndocs = 1", "F:2: [server] docs: true or false"},
        Wrong{"[server]\nlisen = \"x\"", "F:2: [server] lisen: unknown key; did you mean listen?"},
        Wrong{"[store]\nurl = \"mysql:x\"", "F:2: [store] url: a store is given as sqlite:PATH"},
        Wrong{"[store]\nurl = \"sqlite:\"", "F:2: [store] url: a store"},
        Wrong{"[store]\nurl = \"sqlite::memory:\"", "F:2: [store] url: what is in memory is lost"},
        Wrong{"[store]\nlease = \"1s\"", "F:2: [store] lease"},
        Wrong{"[store]\nconnections = 0", "F:2: [store] connections"},
        Wrong{"[store]\nretention = \"1s\"", "F:2: [store] retention"},
        Wrong{"[store]\nkeep_idempotency_keys = \"1h\"", "F:2: [store] keep_idempotency_keys"},
        Wrong{"[log]\nlevel = \"loud\"", "F:2: [log] level: \"loud\" is not one of debug, info"},
        Wrong{"[log]\nformat = \"xml\"", "F:2: [log] format"},
        Wrong{"server = 1", "F:1: server: a table is wanted"},
        Wrong{"[sever]\nx = 1", "F:1: sever: unknown key; did you mean server?"},
        Wrong{"[orders]\nkeep = \"1ms\"", "F:2: [orders] keep"},
        Wrong{"[auction]\nreject_rate = 2", "F:2: [auction] reject_rate"},
        Wrong{"[orders]\nfor = \"1h\"", "F:2: [orders] for"},
        Wrong{"[pipelines]\nx = 1", "F:2: [pipelines] x: a table is wanted"},
        Wrong{"[pipelines.x]\nschedule = \"rate(1 hour)\"",
              "[pipelines.x] definition: it is missing"},
        Wrong{"[pipelines.x]\ndefinition = \"gone.json\"",
              "F:2: [pipelines.x] definition: there is no file \"gone.json\" beside"},
        Wrong{"[pipelines.orders]\nschedule = \"rate(1 hours)\"",
              "F:2: [pipelines.orders] schedule:"},
        Wrong{"[pipelines.orders]\ntimezone = \"Europe/Berlim\"",
              "F:2: [pipelines.orders] timezone:"},
        Wrong{"[pipelines.orders]\ninput = \"{\"", "F:2: [pipelines.orders] input:"},
        Wrong{"[pipelines.orders]\nmissed = \"all\"", "F:2: [pipelines.orders] missed:"},
        Wrong{"[server]\nlisten = ", "F:2: "},
        Wrong{"[queues.tasks]\nfunction = \"gone\"",
              "F:2: [queues.tasks] function: there is no [functions.gone]"},
        Wrong{"[queues.\"a b\"]\nmax_attempts = 1", "F:1: [queues] a b: a name is 1 to 64 of"},
        Wrong{"[queues]\ntasks = 1", "F:2: [queues] tasks: a table is wanted"},
        Wrong{"[queues.tasks]\nordering = \"lifo\"", "F:2: [queues.tasks] ordering"},
        Wrong{"[queues.tasks]\nbackoff = { factor = 0.5 }", "F:2: [queues.tasks] backoff factor"},
        Wrong{"[queues.tasks]\nbackoff = 1", "F:2: [queues.tasks] backoff: a table is wanted"},
        Wrong{"[queues.tasks]\nhandoff = \"soon\"", "F:2: [queues.tasks] handoff"},
        Wrong{"[queues.tasks]\nbatch_size = 11", "F:2: [queues.tasks] batch_size"},
        Wrong{"[queues.tasks]\nbackoff = { base = \"2s\", max = \"1s\" }",
              "F:2: [queues.tasks] backoff max: it is less than base"},
        Wrong{"[queues.tasks]\nhandoff = \"early\"\nmax_attempts = 1",
              "F:2: [queues.tasks] handoff: \"early\" has no effect with max_attempts = 1"},
        Wrong{"[queues.tasks]\nhandoff = \"early\"\nbatch_size = 2",
              "F:2: [queues.tasks] handoff: \"early\" has no effect with a batch_size over 1"},
        Wrong{"[queues.tasks]\nhandoff = \"early\"\nfunction = \"pull\"",
              "F:2: [queues.tasks] handoff: \"early\" has no effect with function = \"pull\""},
        Wrong{"[notify.team]\nurl = \"http://\"", "F:2: [notify.team] url: the URL must"},
        Wrong{"[notify.team]\nslack_webhook = \"https://h h\"", "F:2: [notify.team] slack_webhook"},
        Wrong{"[notify.team]\nurl = \"http://h\"\nsecret = \"whsec_!\"",
              "F:3: [notify.team] secret: "}));

TEST_F(ConfigFile, OneFaultIsOneLine) {
  for (const char* const text :
       {"[functions.f]\nurl = \"env:NOPE\"", "[functions.f]\ncommand = \"\"",
        "[functions.f]\nurl = 1", "[functions.f]\nurl = \"http://h\"\nsecret = 1",
        "[notify.n]\nslack_webhook = \"env:NOPE\"", "[functions.\"a b\"]\nbuiltin = \"echo\"",
        "[notify.\"a b\"]\nurl = \"http://h\"", "[queues.tasks]\nfunction = \"gone\""}) {
    const std::string fault = fault_of(text);
    EXPECT_THAT(fault, ::testing::StartsWith("F:")) << text;
    EXPECT_EQ(std::ranges::count(fault, '\n'), 0) << fault;
  }
}

TEST_F(ConfigFile, AFunctionMayStandBehindItsQueue) {
  EXPECT_EQ(fault_of("[queues.mail]\nfunction = \"f\"\n[functions.f]\nbuiltin = \"echo\"\n"), "");
  EXPECT_EQ(fault_of("[queues.mail]\nfunction = \"processor\"\n"), "");
}

TEST_F(ConfigFile, EachKindOfAddressMayBeListenedOn) {
  for (const char* const listen :
       {"127.0.0.1:1", "[::1]:1", "0.0.0.0:0", "localhost:65535", "[fe80::1%eth0]:1"}) {
    EXPECT_EQ(fault_of("[server]\nlisten = \"" + std::string(listen) + "\"\n"), "") << listen;
  }
}

TEST_F(ConfigFile, OriginsOfAVariableAreHeldToTheSameRule) {
  const auto fault = [&](const char* origins) {
    return fault_of("", {{"ORDO_SERVER_CORS_ORIGINS", origins}});
  };
  EXPECT_EQ(fault("https://a.example,http://localhost:3000"), "");
  EXPECT_EQ(fault("*"), "");
  EXPECT_THAT(fault("https://a.example, https://b.example"),
              HasSubstr("cors_origins: \" https://b.example\" is no origin"));
}

TEST_F(ConfigFile, AllFaultsAreToldALineEach) {
  const std::string fault = fault_of("[server]\nthreads = -1\ndocs = 1\n[log]\nlevel = \"x\"\n",
                                     {{"ORDO_SERVER_THREADS", "x"}});
  EXPECT_EQ(std::ranges::count(fault, '\n'), 3);
}

TEST_F(ConfigFile, AllFaultsOfAllChannelsAreTold) {
  const std::string fault = fault_of(
      "[notify.a]\nurl = \"http://\"\nsecrets = [\"whsec_!\"]\n"
      "[notify.b]\nslack_webhook = \"https://\"\n");
  EXPECT_EQ(std::ranges::count(fault, '\n'), 2) << fault;
}

TEST_F(ConfigFile, TheLongestPauseIsNeverLessThanTheFirst) {
  const auto config = read("[queues.tasks]\nbackoff = { base = \"1h\" }\n");
  ASSERT_TRUE(config.has_value()) << config.error().message;
  const domain::Backoff& backoff = config->queues.at(domain::QueueName("tasks")).backoff;
  EXPECT_EQ(backoff.base, std::chrono::hours(1));
  EXPECT_EQ(backoff.max, std::chrono::hours(1));
}

}  // namespace
}  // namespace ordo::program
