#include "cli/usage.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace ordo::cli {
namespace {

std::string refusal_of(std::vector<std::string> arguments) {
  CLI::App app("test", "ordo");
  app.require_subcommand(1);
  app.add_subcommand("queue")->require_subcommand(1)->add_subcommand("lanes");
  app.add_subcommand("task")->require_subcommand(1)->add_subcommand("list");
  std::ranges::reverse(arguments);
  try {
    app.parse(std::move(arguments));
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0 && !unknown_command(app)) return "help";
    return usage_text(app, error);
  }
  return "understood";
}

TEST(Usage, ACommandThatIsNotThereIsNamed) {
  EXPECT_EQ(refusal_of({"nope"}), "there is no command ordo nope; see ordo --help");
  EXPECT_EQ(refusal_of({"queue", "nope", "x"}),
            "there is no command ordo queue nope; see ordo queue --help");
}

TEST(Usage, TheCommandThatWasProbablyMeantIsNamed) {
  EXPECT_EQ(refusal_of({"quene"}),
            "there is no command ordo quene, did you mean queue?; see ordo --help");
  EXPECT_EQ(refusal_of({"tsk", "list"}),
            "there is no command ordo tsk, did you mean task?; see ordo --help");
  EXPECT_EQ(refusal_of({"queue", "lane"}),
            "there is no command ordo queue lane, did you mean lanes?; see ordo queue --help");
}

TEST(Usage, HelpIsForCommandsThatAreThere) {
  EXPECT_EQ(refusal_of({"--help"}), "help");
  EXPECT_EQ(refusal_of({"queue", "--help"}), "help");
  EXPECT_EQ(refusal_of({"queue", "lanes", "--help"}), "help");
  EXPECT_EQ(refusal_of({"queue", "lanes", "more", "--help"}), "help");
  EXPECT_EQ(refusal_of({"--nonsense", "--help"}), "help");
  EXPECT_EQ(refusal_of({"nope", "--help"}), "there is no command ordo nope; see ordo --help");
  EXPECT_EQ(refusal_of({"--help", "nope"}), "there is no command ordo nope; see ordo --help");
  EXPECT_EQ(refusal_of({"nope", "queue", "--help"}),
            "there is no command ordo nope; see ordo --help");
  EXPECT_EQ(refusal_of({"queue", "lane", "--help"}),
            "there is no command ordo queue lane, did you mean lanes?; see ordo queue --help");
}

TEST(Usage, OtherFaultsAreToldAsTheyAre) {
  EXPECT_EQ(refusal_of({"queue", "lanes", "--nonsense"}),
            "The following argument was not expected: --nonsense; see ordo queue lanes --help");
  EXPECT_EQ(refusal_of({}), "A subcommand is required; see ordo --help");
  EXPECT_EQ(refusal_of({"task"}), "A subcommand is required; see ordo task --help");
}

}  // namespace
}  // namespace ordo::cli
