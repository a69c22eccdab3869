// The public specification by examples: what each form of a path finds.
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <ostream>
#include <string>
#include <string_view>

#include "base/json_tree.h"
#include "states/expression.h"
#include "support/states_scope.h"

namespace ordo::states {
namespace {

struct Case {
  std::string_view expression;
  std::string_view input;
  std::string_view outcome;  // compact text, or the name of the error
};

std::ostream& operator<<(std::ostream& out, const Case& example) {
  return out << example.expression << " of " << example.input;
}

class PathTable : public ::testing::TestWithParam<Case> {};

TEST_P(PathTable, ComesToWhatIsWritten) {
  const Case& example = GetParam();
  const base::Result<Expression> expression = Expression::parse(example.expression);
  ASSERT_TRUE(expression.has_value()) << expression.error().message;
  const testing::StatesScope scope(example.input);
  const Outcome<Json> value = expression->evaluate(scope.get(), "x.$");
  EXPECT_EQ(value ? base::json_tree_text(*value) : value.error().error, example.outcome);
}

constexpr std::string_view kStore = R"({"store":{"book":[
  {"category":"reference","author":"Nigel Rees","title":"Sayings","price":8.95},
  {"category":"fiction","author":"Evelyn Waugh","title":"Sword","price":12.99},
  {"category":"fiction","author":"Herman Melville","title":"Moby","isbn":"0-553","price":8.99},
  {"category":"fiction","author":"J. R. R. Tolkien","title":"Rings","isbn":"0-395","price":22.99}],
  "bicycle":{"color":"red","price":19.95}},"max":10,"wanted":["fiction","poetry"]})";

constexpr Case kMembers[] = {
    {"$", R"({"a":1})", R"({"a":1})"},
    {"$", "[1]", "[1]"},
    {"$", "null", "null"},
    {"$.foo", R"({"foo":123})", "123"},
    {"$.car.cdr", R"({"car":{"cdr":true}})", "true"},
    {"$.a", R"({"a":null})", "null"},
    {"$['a']", R"({"a":1})", "1"},
    {"$[\"a\"]", R"({"a":1})", "1"},
    {"$.abc.['def ghi']", R"({"abc":{"def ghi":2}})", "2"},
    {"$[ 'a' ]", R"({"a":1})", "1"},
    {"$['it\\'s']", R"({"it's":1})", "1"},
    {"$['a.b']", R"({"a.b":1,"a":{"b":2}})", "1"},
    {"$['']", R"({"":5})", "5"},
    {"$['\\u00e9']", R"({"é":5})", "5"},
    {"$['\\ud83d\\ude00']", R"({"😀":5})", "5"},
    {"$['a\\\\b']", R"({"a\\b":5})", "5"},
    {"$.größe", R"({"größe":5})", "5"},
    {"$.日本.語", R"({"日本":{"語":1}})", "1"},
    {"$.input-foo-bar", R"({"input-foo-bar":5})", "5"},
    {"$.aws:source", R"({"aws:source":5})", "5"},
    {"$.@timestamp", R"({"@timestamp":5})", "5"},
    {"$.1a", R"({"1a":5})", "5"},
    {"$.length", R"({"length":5})", "5"},
    {"$.missing", R"({"a":1})", kRuntime},
    {"$.a.b", R"({"a":1})", kRuntime},
    {"$.a.b", R"({"a":"text"})", kRuntime},
    {"$.a", "[1]", kRuntime},
    {"$.a", "null", kRuntime},
};
INSTANTIATE_TEST_SUITE_P(Members, PathTable, ::testing::ValuesIn(kMembers));

constexpr Case kElements[] = {
    {"$[0]", "[1,2]", "1"},
    {"$.a[1]", R"({"a":[1,2]})", "2"},
    {"$.a[-1]", R"({"a":[1,2]})", "2"},
    {"$.a[-2]", R"({"a":[1,2]})", "1"},
    {"$.a[2]", R"({"a":[1,2]})", kRuntime},
    {"$.a[-3]", R"({"a":[1,2]})", kRuntime},
    {"$.a[0]", R"({"a":{"0":1}})", kRuntime},
    {"$.a[0][1].b", R"({"a":[[0,{"b":7}]]})", "7"},
    {"$.a[(@.length-1)]", R"({"a":[1,2,3]})", "3"},
    {"$[(@.length()-2)]", "[1,2,3]", "2"},
    {"$[0,2]", "[1,2,3]", "[1,3]"},
    {"$[2,0,0]", "[1,2,3]", "[3,1,1]"},
    {"$[0, 9, -1]", "[1,2,3]", "[1,3]"},
    {"$[0,1].a", R"([{"a":1},{"b":2}])", "[1]"},
    {"$[1:3]", "[0,1,2,3]", "[1,2]"},
    {"$[:1]", "[0,1,2]", "[0]"},
    {"$[:-1]", "[0,1,2]", "[0,1]"},
    {"$[1:]", "[0,1,2]", "[1,2]"},
    {"$[-2:]", "[0,1,2]", "[1,2]"},
    {"$[-9:]", "[0,1,2]", "[0,1,2]"},
    {"$[:9]", "[0,1,2]", "[0,1,2]"},
    {"$[-2:-1]", "[0,1,2]", "[1]"},
    {"$[-9:-1]", "[0,1,2]", "[0,1]"},
    {"$[2:1]", "[0,1,2]", "[]"},
    {"$[5:]", "[0,1,2]", "[]"},
    {"$[1:2]", "{}", "[]"},
    {"$.items[1:]", "{}", "[]"},
    {"$.items[:1]", "{}", "[]"},
    {"$.item.items[1:5]", "{}", "[]"},
    {"$.items[1:].itemValue", "{}", "[]"},
    {"$.items[1:].v", R"({"items":[{"v":0},{"v":1},{},{"v":3}]})", "[1,3]"},
    {"$[-9223372036854775808:]", "[0]", "[0]"},
    {"$[:9223372036854775807]", "[0]", "[0]"},
    {"$[-9223372036854775808]", "[0]", kRuntime},
};
INSTANTIATE_TEST_SUITE_P(Elements, PathTable, ::testing::ValuesIn(kElements));

constexpr Case kMany[] = {
    {"$[*]", "{}", "[]"},
    {"$[*]", "[1,[2],3]", "[1,[2],3]"},
    {"$[*]", R"({"a":1,"b":[2]})", "[1,[2]]"},
    {"$.*", R"({"b":1,"a":2})", "[1,2]"},
    {"$.*", "3", "[]"},
    {"$.item.items[*]", "{}", "[]"},
    {"$[*][*]", "[[1,2],[3,[4]],5]", "[1,2,3,[4]]"},
    {"$.a[*].b", R"({"a":[{"b":1},{"c":2},{"b":3}]})", "[1,3]"},
    {"$.*.b", R"({"x":{"b":1},"y":{"b":2},"z":1})", "[1,2]"},
    {"$..x", R"({"x":1,"a":{"x":2,"b":[{"x":3}]}})", "[1,2,3]"},
    {"$..x", R"({"x":{"x":{"x":1}}})", R"([{"x":{"x":1}},{"x":1},1])"},
    {"$..x", "{}", "[]"},
    {"$.a..x", R"({"x":1,"a":{"x":2}})", "[2]"},
    {"$..['x']", R"({"a":{"x":2}})", "[2]"},
    {"$..[0]", R"([[1,2],{"a":[3]}])", "[[1,2],1,3]"},
    {"$..[*]", R"({"a":[1,{"b":2}]})", R"([[1,{"b":2}],1,{"b":2},2])"},
    {"$..*", R"([1,[2]])", "[1,[2],2]"},
    {"$..[1:]", "[1,[2,3]]", "[[2,3],3]"},
    {"$..book[0].title", kStore, R"(["Sayings"])"},
    {"$..book[-1].author", kStore, R"(["J. R. R. Tolkien"])"},
    {"$.store..price", kStore, "[8.95,12.99,8.99,22.99,19.95]"},
    {"$.store.book[*].author", kStore,
     R"(["Nigel Rees","Evelyn Waugh","Herman Melville","J. R. R. Tolkien"])"},
    {"$['a','b']", R"({"b":2,"a":1,"c":3})", R"({"a":1,"b":2})"},
    {"$['a','z']", R"({"b":2,"a":1})", R"({"a":1})"},
    {"$['a','b']", "[1]", kRuntime},
    {"$['a','b'].x", R"({"a":{"x":1},"b":{"x":2}})", "[1,2]"},
    {"$[*]['a','b']", R"([{"a":1,"b":2},{"a":3}])", R"([{"a":1,"b":2},{"a":3}])"},
    {"$..['a','b']", R"([{"a":1,"b":2},{"a":3}])", R"([{"a":1,"b":2}])"},
    {"$.a.length()", R"({"a":[1,2,3]})", "3"},
    {"$.length()", R"({"a":1,"b":2})", "2"},
    {"$.a.length()", R"({"a":"text"})", kRuntime},
    {"$.none.length()", "{}", kRuntime},
    {"$[*].length()", "[[1],[1,2],3]", "[1,2]"},
};
INSTANTIATE_TEST_SUITE_P(Many, PathTable, ::testing::ValuesIn(kMany));

constexpr Case kFilters[] = {
    {"$.store.book[?(@.price < 10)].title", kStore, R"(["Sayings","Moby"])"},
    {"$.store.book[?(@.price<=8.95)].title", kStore, R"(["Sayings"])"},
    {"$.store.book[?(@.price > $.max)].title", kStore, R"(["Sword","Rings"])"},
    {"$.store.book[?(@.price >= 22.99)].title", kStore, R"(["Rings"])"},
    {"$..book[?(@.isbn)].title", kStore, R"(["Moby","Rings"])"},
    {"$..book[?(!@.isbn)].title", kStore, R"(["Sayings","Sword"])"},
    {"$..book[?(!(@.isbn))].title", kStore, R"(["Sayings","Sword"])"},
    {"$..book[?(@.author == 'Nigel Rees')].price", kStore, "[8.95]"},
    {"$..book[?(@['author'] == \"Nigel Rees\")].price", kStore, "[8.95]"},
    {"$..book[?('Nigel Rees' == @.author)].price", kStore, "[8.95]"},
    {"$..book[?(@.category != 'fiction')].title", kStore, R"(["Sayings"])"},
    {"$..book[?(@.author =~ /.*REES/i)].title", kStore, R"(["Sayings"])"},
    {"$..book[?(@.author =~ /Rees/)].title", kStore, "[]"},
    {"$..book[?(@.category in ['reference', 'poetry'])].title", kStore, R"(["Sayings"])"},
    {"$..book[?(@.category nin ['reference'])].price", kStore, "[12.99,8.99,22.99]"},
    {"$..book[?(@.category in $.wanted)].price", kStore, "[12.99,8.99,22.99]"},
    {"$..book[?(@.category == 'fiction' && @.price < 10)].title", kStore, R"(["Moby"])"},
    {"$..book[?(@.price < 8.96 || @.price > 20)].title", kStore, R"(["Sayings","Rings"])"},
    {"$..book[?(@.price < 8.96 || @.isbn && @.price > 20)].title", kStore,
     R"(["Sayings","Rings"])"},
    {"$..book[?((@.price < 8.96 || @.isbn) && @.price < 20)].title", kStore,
     R"(["Sayings","Moby"])"},
    {"$..[?(@.color)].price", kStore, "[19.95]"},
    {"$.store.bicycle[?(@.price > 1)].color", kStore, R"(["red"])"},
    {"$.store.bicycle[?(@.price > 100)].color", kStore, "[]"},
    {"$.r[?(@.OutputKey == FooBar)].v", R"({"r":[{"OutputKey":"FooBar","v":1},{"v":2}]})", "[1]"},
    {"$[?(@.a == 1)]", R"([{"a":1},{"a":1.0},{"a":"1"},{"a":2}])",
     R"([{"a":1},{"a":1.0},{"a":"1"}])"},
    {"$[?(@.a === 1)]", R"([{"a":1},{"a":1.0},{"a":"1"}])", R"([{"a":1},{"a":1.0}])"},
    {"$[?(@.a !== 1)]", R"([{"a":1},{"a":"1"}])", R"([{"a":"1"}])"},
    {"$[?(@.a == null)]", R"([{"a":null},{},{"a":0}])", R"([{"a":null}])"},
    {"$[?(@.a != null)]", R"([{"a":null},{},{"a":0}])", R"([{},{"a":0}])"},
    {"$[?(@.a == true)]", R"([{"a":true},{"a":"true"}])", R"([{"a":true}])"},
    {"$[?(@.a == [1,'x'])]", R"([{"a":[1,"x"]},{"a":[1]}])", R"([{"a":[1,"x"]}])"},
    {"$[?(@ > 2)]", "[1,2,3,4]", "[3,4]"},
    {"$[?(@ == 'b')]", R"(["a","b"])", R"(["b"])"},
    {"$[?(@ < 'b')]", R"(["a","b",1])", R"(["a"])"},
    {"$[?(@ >= -1.5e0)]", "[-2,-1.5,0]", "[-1.5,0]"},
    {"$[?(@.a.length() > 1)]", R"([{"a":[1]},{"a":[1,2]}])", R"([{"a":[1,2]}])"},
    {"$[?(@.a[0] == 1)]", R"([{"a":[1]},{"a":[2]},{}])", R"([{"a":[1]}])"},
    {"$[?(@.a[?(@.b == 1)])].n", R"([{"a":[{"b":1}],"n":1},{"a":[{"b":2}],"n":2}])", "[1]"},
    {"$[?(@..deep)].n", R"([{"a":{"deep":0},"n":1},{"n":2}])", "[1]"},
    {"$[?(@.a[*] == [1,2])].n", R"([{"a":[1,2],"n":1},{"a":[2,1],"n":2}])", "[1]"},
    {"$[?(@.a =~ /[0-9]{2}/)]", R"([{"a":12},{"a":1},{"a":"34"},{"a":["x","56"]}])",
     R"([{"a":12},{"a":"34"},{"a":["x","56"]}])"},
    {"$[?(@.a =~ /a\\/b/)]", R"([{"a":"a/b"}])", R"([{"a":"a/b"}])"},
    {"$[?(true)]", "[1,2]", "[1,2]"},
    {"$[?(false)]", "[1,2]", "[]"},
    {"$[?(@.n < 18446744073709551615)]", R"([{"n":18446744073709551614}])",
     R"([{"n":18446744073709551614}])"},
    {"$.none[?(@.a)]", "{}", "[]"},
    {"$.a[?(@.b)]", R"({"a":1})", "[]"},
};
INSTANTIATE_TEST_SUITE_P(Filters, PathTable, ::testing::ValuesIn(kFilters));

}  // namespace
}  // namespace ordo::states
