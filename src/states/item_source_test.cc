#include "states/item_source.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <string>

#include "base/json_tree.h"
#include "states/execution.h"

namespace ordo::states {
namespace {

Outcome<boost::json::array> items(std::string type, std::string body, std::size_t most = 10) {
  MapState::Reader reader;
  reader.input_type = std::move(type);
  return read_items(reader, boost::json::object{{"Body", std::move(body)}}, most);
}

TEST(ItemSource, LooksNoFurtherThanItMust) {
  EXPECT_EQ(items("JSONL", "1\n2\n{", 2)->size(), 2U);
  EXPECT_EQ(items("CSV", "a\n1\n2\n\"open", 2)->size(), 2U);
  EXPECT_EQ(items("JSON", "[1,2,3]", 0)->size(), 0U);
}

TEST(ItemSource, RefusesAnItemThatNoStateMayHave) {
  const std::string large(kMaxStateBytes, 'x');
  const auto read = items("JSONL", "1\n\"" + large + "\"\n");
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().error, kItemReaderFailed);
  EXPECT_NE(read.error().cause.find("item 1"), std::string::npos);
}

TEST(ItemSource, RefusesMoreItemsThanAMapMayHave) {
  std::string lines;
  for (std::size_t i = 0; i <= kMaxMapItems; ++i) lines.append("1\n");
  EXPECT_EQ(items("JSONL", lines, kMaxMapItems)->size(), kMaxMapItems);
  EXPECT_FALSE(items("JSONL", lines, kMaxMapItems + 1));
}

TEST(ItemSource, TakesAQuoteWithinAFieldAsItIs) {
  EXPECT_EQ(base::json_tree_text(Json(*items("CSV", "a,b\nx\"y,\"\"\n"))),
            R"([{"a":"x\"y","b":""}])");
}

TEST(ItemSource, TakesTextThatIsNotUtf8AsUnreadable) {
  EXPECT_FALSE(items("CSV", "a\n\xFF\n"));
}

TEST(ItemSource, RefusesAWideHeaderOverManyRows) {
  std::string text;
  for (int i = 0; i < 30'000; ++i) text.append("h").append(std::to_string(i)).append(",");
  text.append("\n1,\n");
  EXPECT_FALSE(items("CSV", text));
}

TEST(ItemSource, RefusesManyRowsThatAreMadeWideByTheirHeaders) {
  std::string text;
  for (int i = 0; i < 10'000; ++i) text.append("h").append(std::to_string(i)).append(",");
  text.push_back('\n');
  for (int i = 0; i < 1000; ++i) text.append("1\n");
  const auto read = items("CSV", text, 1000);
  ASSERT_FALSE(read);
  EXPECT_NE(read.error().cause.find("the items have more than"), std::string::npos);
}

}  // namespace
}  // namespace ordo::states
