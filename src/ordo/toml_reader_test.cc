#include "ordo/toml_reader.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace ordo::program {
namespace {

using Lines = std::vector<std::string>;

// What a reader says of the text when `read` is all that asks for keys.
template <class Read>
Lines faults_of(std::string_view text, Read read) {
  const toml::table table = toml::parse(text);
  Faults faults;
  faults.file = "f";
  {
    TableReader reader(&table, "[t]", faults);
    read(reader);
  }
  return faults.lines;
}

TEST(TableReader, ReadsEachKind) {
  std::string text;
  bool flag = false;
  double number = 0;
  int integer = 0;
  base::Millis duration{0};
  std::vector<std::string> texts;
  std::string choice = "a";
  const Lines faults = faults_of(
      "text = \"x\"\nflag = true\nnumber = 2\ninteger = -3\nduration = \"2s\"\n"
      "texts = [\"a\", \"b\"]\nchoice = \"b\"\n[table]\nk = 1\n",
      [&](TableReader& reader) {
        reader.text("text", text);
        reader.flag("flag", flag);
        reader.number("number", number, 0, 10);
        reader.integer("integer", integer, -3, 3);
        reader.duration("duration", duration, base::Millis(0), base::Millis(2000));
        reader.texts("texts", texts);
        reader.choice("choice", choice, {"a", "b"});
        EXPECT_NE(reader.table("table"), nullptr);
        EXPECT_TRUE(reader.has("text"));
        EXPECT_FALSE(reader.has("nothing"));
      });
  EXPECT_EQ(faults, Lines{});
  EXPECT_EQ(text, "x");
  EXPECT_TRUE(flag);
  EXPECT_EQ(number, 2);
  EXPECT_EQ(integer, -3);
  EXPECT_EQ(duration, base::Millis(2000));
  EXPECT_EQ(texts, (Lines{"a", "b"}));
  EXPECT_EQ(choice, "b");
}

TEST(TableReader, AWrongKindIsRefusedWithItsLineAndChangesNothing) {
  std::string text = "was";
  bool flag = true;
  double number = 5;
  int integer = 5;
  base::Millis duration{5};
  std::vector<std::string> texts{"was"};
  const Lines faults = faults_of(
      "text = 1\nflag = \"true\"\nnumber = \"1\"\ninteger = 1.0\nduration = 5\n"
      "texts = \"a\"\nmore = [\"a\", 1]\ntable = 1\n",
      [&](TableReader& reader) {
        reader.text("text", text);
        reader.flag("flag", flag);
        reader.number("number", number, 0, 10);
        reader.integer("integer", integer, 0, 10);
        reader.duration("duration", duration, base::Millis(0), base::Millis(9));
        reader.texts("texts", texts);
        reader.texts("more", texts);
        EXPECT_EQ(reader.table("table"), nullptr);
      });
  EXPECT_EQ(faults.size(), 8U);
  for (std::size_t i = 0; i < faults.size(); ++i) {
    EXPECT_TRUE(faults[i].starts_with("f:" + std::to_string(i + 1) + ": [t] ")) << faults[i];
  }
  EXPECT_EQ(text, "was");
  EXPECT_TRUE(flag);
  EXPECT_EQ(number, 5);
  EXPECT_EQ(integer, 5);
  EXPECT_EQ(duration, base::Millis(5));
  EXPECT_EQ(texts, Lines{"was"});
}

TEST(TableReader, AValueOutOfItsRangeIsRefused) {
  double number = 5;
  std::uint16_t integer = 5;
  base::Millis duration{5};
  std::string choice = "a";
  const Lines faults =
      faults_of("number = 11\nsmall = -0.1\ninteger = 70000\nduration = \"1h\"\nchoice = \"c\"\n",
                [&](TableReader& reader) {
                  reader.number("number", number, 0, 10);
                  reader.number("small", number, 0, 10);
                  reader.integer("integer", integer, 0, 65535);
                  reader.duration("duration", duration, base::Millis(0), base::Millis(9));
                  reader.choice("choice", choice, {"a", "b"});
                });
  EXPECT_EQ(faults.size(), 5U);
  EXPECT_EQ(number, 5);
  EXPECT_EQ(integer, 5);
  EXPECT_EQ(duration, base::Millis(5));
  EXPECT_EQ(choice, "a");
}

TEST(TableReader, OnlyTheFirstComplaintAboutAKeyIsTold) {
  EXPECT_EQ(
      faults_of("a = 1\nb = 2\n",
                [](TableReader& reader) {
                  std::string text;
                  reader.text("a", text);
                  reader.complain("a", "it is empty");
                  reader.text("b", text);
                }),
      (Lines{"f:1: [t] a: a text in quotes is wanted", "f:2: [t] b: a text in quotes is wanted"}));
}

TEST(TableReader, AnUnknownKeyIsRefusedWithWhatWasMeant) {
  std::string text;
  EXPECT_EQ(
      faults_of("listn = \"x\"\nzzz = 1\n",
                [&](TableReader& reader) { reader.text("listen", text); }),
      (Lines{"f:1: [t] listn: unknown key; did you mean listen?", "f:2: [t] zzz: unknown key"}));
}

TEST(TableReader, ATableThatIsNotThereHasNoKeys) {
  Faults faults;
  std::string text = "was";
  {
    TableReader reader(nullptr, "[t]", faults);
    reader.text("a", text);
    EXPECT_EQ(reader.table("b"), nullptr);
    EXPECT_FALSE(reader.has("a"));
  }
  EXPECT_TRUE(faults.lines.empty());
  EXPECT_EQ(text, "was");
}

}  // namespace
}  // namespace ordo::program
