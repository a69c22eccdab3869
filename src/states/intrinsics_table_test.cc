// The public specification by examples: what each intrinsic function makes of its arguments.
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

struct IntrinsicCase {
  std::string_view expression;
  std::string_view input;
  std::string_view outcome;  // compact text, or the name of the error
};

std::ostream& operator<<(std::ostream& out, const IntrinsicCase& example) {
  return out << example.expression << " of " << example.input;
}

class IntrinsicTable : public ::testing::TestWithParam<IntrinsicCase> {};

TEST_P(IntrinsicTable, ComesToWhatIsWritten) {
  const IntrinsicCase& example = GetParam();
  const base::Result<Expression> expression = Expression::parse(example.expression);
  ASSERT_TRUE(expression.has_value()) << expression.error().message;
  const testing::StatesScope scope(example.input);
  const Outcome<Json> value = expression->evaluate(scope.get(), "x.$");
  EXPECT_EQ(value ? base::json_tree_text(*value) : value.error().error, example.outcome);
}

constexpr IntrinsicCase kArrays[] = {
    {"States.Array()", "{}", "[]"},
    {"States.Array($.Id)", R"({"Id":123456})", "[123456]"},
    {"States.Array('Foo', 2020, $.someJson, null)", R"({"someJson":{"a":1}})",
     R"(["Foo",2020,{"a":1},null])"},
    {"States.Array(true,false,-1.5,'')", "{}", R"([true,false,-1.5,""])"},
    {"States.ArrayPartition($.a,4)", R"({"a":[1,2,3,4,5,6,7,8,9]})", "[[1,2,3,4],[5,6,7,8],[9]]"},
    {"States.ArrayPartition($.a, 9)", R"({"a":[1,2]})", "[[1,2]]"},
    {"States.ArrayPartition($.a, 1.5)", R"({"a":[1,2,3]})", "[[1,2],[3]]"},
    {"States.ArrayPartition($.a, 1)", R"({"a":[]})", "[]"},
    {"States.ArrayPartition($.a, 0)", R"({"a":[1]})", kIntrinsicFailure},
    {"States.ArrayPartition($.a, -1)", R"({"a":[1]})", kIntrinsicFailure},
    {"States.ArrayPartition($.a, $.a)", R"({"a":[1]})", kIntrinsicFailure},
    {"States.ArrayPartition($, 1)", "{}", kIntrinsicFailure},
    {"States.ArrayContains($.a, 5)", R"({"a":[1,5,9]})", "true"},
    {"States.ArrayContains($.a, 5.0)", R"({"a":[1,5,9]})", "true"},
    {"States.ArrayContains($.a, '5')", R"({"a":[1,5,9]})", "false"},
    {"States.ArrayContains($.a, $.o)", R"({"a":[{"x":1,"y":2}],"o":{"y":2,"x":1}})", "true"},
    {"States.ArrayContains($.a, null)", R"({"a":[null]})", "true"},
    {"States.ArrayContains($.a, 1)", R"({"a":"no array"})", kIntrinsicFailure},
    {"States.ArrayRange(1, 9, 2)", "{}", "[1,3,5,7,9]"},
    {"States.ArrayRange(0, 9, 3)", "{}", "[0,3,6,9]"},
    {"States.ArrayRange(9, 1, -4)", "{}", "[9,5,1]"},
    {"States.ArrayRange(1, 1, 1)", "{}", "[1]"},
    {"States.ArrayRange(1, 1, -1)", "{}", "[1]"},
    {"States.ArrayRange(1, 9, -1)", "{}", "[]"},
    {"States.ArrayRange(9, 1, 1)", "{}", "[]"},
    {"States.ArrayRange(0.6, 2.4, 1)", "{}", "[1,2]"},
    {"States.ArrayRange(-2147483648, 2147483647, 2147483647)", "{}", "[-2147483648,-1,2147483646]"},
    {"States.ArrayRange(1, 9, 0)", "{}", kIntrinsicFailure},
    {"States.ArrayRange(1, 1001, 1)", "{}", kIntrinsicFailure},
    {"States.ArrayRange(1, 2147483648, 2147483647)", "{}", kIntrinsicFailure},
    {"States.ArrayLength(States.ArrayRange(1, 1000, 1))", "{}", "1000"},
    {"States.ArrayGetItem($.a, $.i)", R"({"a":[1,2,3,4,5,6,7,8,9],"i":5})", "6"},
    {"States.ArrayGetItem($.a, 0)", R"({"a":[{"b":[1]}]})", R"({"b":[1]})"},
    {"States.ArrayGetItem($.a, 1)", R"({"a":[1]})", kIntrinsicFailure},
    {"States.ArrayGetItem($.a, -1)", R"({"a":[1]})", kIntrinsicFailure},
    {"States.ArrayGetItem($.a[?(@.k == FooBar)].v, 0)", R"({"a":[{"k":"FooBar","v":7}]})", "7"},
    {"States.ArrayLength($.a)", R"({"a":[1,2,3,4,5,6,7,8,9]})", "9"},
    {"States.ArrayLength($.a)", R"({"a":[]})", "0"},
    {"States.ArrayLength($.a[*].b)", R"({"a":[1,2]})", "0"},
    {"States.ArrayLength($)", "{}", kIntrinsicFailure},
    {"States.ArrayUnique($.a)", R"({"a":[1,2,3,3,3,3,3,3,4]})", "[1,2,3,4]"},
    {"States.ArrayUnique($.a)", R"({"a":[1,1.0,"1",true,null,null,true]})", R"([1,"1",true,null])"},
    {"States.ArrayUnique($.a)", R"({"a":[0,-0.0,0.5,0.5]})", "[0,0.5]"},
    {"States.ArrayUnique($.a)", R"({"a":[{"x":1,"y":[2]},{"y":[2.0],"x":1},{"x":1}]})",
     R"([{"x":1,"y":[2]},{"x":1}])"},
    {"States.ArrayUnique($.a)", R"({"a":[["a","b"],["a,b"],["a\",\"b"]]})",
     R"([["a","b"],["a,b"],["a\",\"b"]])"},
};
INSTANTIATE_TEST_SUITE_P(Arrays, IntrinsicTable, ::testing::ValuesIn(kArrays));

constexpr IntrinsicCase kTexts[] = {
    {"States.Format('Welcome to {} {}\\'s playlist.', $.a, $.b)", R"({"a":"J","b":"K"})",
     R"("Welcome to J K's playlist.")"},
    {"States.Format('plain')", "{}", R"("plain")"},
    {"States.Format('{}{}', 1, 'x')", "{}", R"("1x")"},
    {"States.Format('{} {} {} {}', 1.0, true, null, -2)", "{}", R"("1.0 true null -2")"},
    {"States.Format($.template, $.name)", R"({"name":"Arnav","template":"Hello, my name is {}."})",
     R"("Hello, my name is Arnav.")"},
    {"States.Format('fst={} and snd={}.', $.a, $.b)", R"({"a":"","b":""})", R"("fst= and snd=.")"},
    {"States.Format('{}', $.o)", R"({"o":{"Id":"x","Name":[1,"y",null]}})",
     R"("{Id=x, Name=[1, y, null]}")"},
    {"States.Format('\\{\\} {} \\\\', 1)", "{}", R"("{} 1 \\")"},
    {"States.Format('{}', '{}')", "{}", R"("{}")"},
    {"States.Format('a } b')", "{}", R"("a } b")"},
    {"States.Format('größe {}', '😀')", "{}", R"("größe 😀")"},
    {"States.Format('{}')", "{}", kIntrinsicFailure},
    {"States.Format('{}', 1, 2)", "{}", kIntrinsicFailure},
    {"States.Format($.t, 1)", R"({"t":"{a}"})", kIntrinsicFailure},
    {"States.Format($.t, 1)", R"({"t":5})", kIntrinsicFailure},
    {"States.StringSplit($.s, $.d)", R"({"s":"1,2,3,4,5","d":","})", R"(["1","2","3","4","5"])"},
    {"States.StringSplit($.s, $.d)", R"({"s":"This.is+a,test=string","d":".+,="})",
     R"(["This","is","a","test","string"])"},
    {"States.StringSplit(',a,,b,', ',')", "{}", R"(["a","b"])"},
    {"States.StringSplit(' ', ',')", "{}", R"([" "])"},
    {"States.StringSplit('', ',')", "{}", "[]"},
    {"States.StringSplit('ab', '')", "{}", R"(["ab"])"},
    {"States.StringSplit('aéeè', 'é')", "{}", R"(["a","eè"])"},
    {"States.StringToJson($.s)", R"({"s":"{\"foo\": \"bar\"}"})", R"({"foo":"bar"})"},
    {"States.StringToJson('[1, 2.50]')", "{}", "[1,2.5]"},
    {"States.StringToJson('')", "{}", "null"},
    {"States.StringToJson(' ')", "{}", "null"},
    {"States.StringToJson('\\{\"a\":\\{\\}\\}')", "{}", R"({"a":{}})"},
    {"States.StringToJson('\\{\"a\":1,\"a\":2\\}')", "{}", kIntrinsicFailure},
    {"States.StringToJson($.s)", R"({"s":1})", kIntrinsicFailure},
    {"States.JsonToString($.j)", R"({"j":{"foo": "bar", "n": [1, 2.0]}})",
     R"("{\"foo\":\"bar\",\"n\":[1,2.0]}")"},
    {"States.JsonToString($.j)", R"({"j":"text"})", R"("\"text\"")"},
    {"States.JsonToString(null)", "{}", R"("null")"},
    {"States.Base64Encode('Data to encode')", "{}", R"("RGF0YSB0byBlbmNvZGU=")"},
    {"States.Base64Encode('')", "{}", R"("")"},
    {"States.Base64Decode('RGF0YSB0byBlbmNvZGU=')", "{}", R"("Data to encode")"},
    {"States.Base64Decode('')", "{}", R"("")"},
    {"States.Base64Decode('w6k=')", "{}", R"("é")"},
    {"States.Base64Decode('/w==')", "{}", kIntrinsicFailure},
    {"States.Base64Decode('a')", "{}", kIntrinsicFailure},
    {"States.Base64Decode('!!!!')", "{}", kIntrinsicFailure},
    {"States.Hash('input data', 'SHA-1')", "{}", R"("aaff4a450a104cd177d28d18d74485e8cae074b7")"},
    {"States.Hash('abc', 'MD5')", "{}", R"("900150983cd24fb0d6963f7d28e17f72")"},
    {"States.Hash('abc', 'SHA-256')", "{}",
     R"("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")"},
    {"States.Hash('abc', 'SHA-384')", "{}",
     R"("cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed)"
     R"(8086072ba1e7cc2358baeca134c825a7")"},
    {"States.Hash('abc', 'SHA-512')", "{}",
     R"("ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a)"
     R"(2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f")"},
    {"States.Hash('abc', 'sha-1')", "{}", kIntrinsicFailure},
    {"States.Hash('abc', 'CRC')", "{}", kIntrinsicFailure},
    {"States.Hash($.d, 'MD5')", R"({"d":1})", kIntrinsicFailure},
};
INSTANTIATE_TEST_SUITE_P(Texts, IntrinsicTable, ::testing::ValuesIn(kTexts));

constexpr IntrinsicCase kOthers[] = {
    {"States.JsonMerge($.json1, $.json2, false)",
     R"({"json1":{"a":{"a1":1,"a2":2},"b":2},"json2":{"a":{"a3":1,"a4":2},"c":3}})",
     R"({"a":{"a3":1,"a4":2},"b":2,"c":3})"},
    {"States.JsonMerge($, $, false)", R"({"a":1})", R"({"a":1})"},
    {"States.JsonMerge($, $, true)", R"({"a":1})", kIntrinsicFailure},
    {"States.JsonMerge($.a, $, false)", R"({"a":[]})", kIntrinsicFailure},
    {"States.JsonMerge($, $.a, false)", R"({"a":null})", kIntrinsicFailure},
    {"States.JsonMerge($, $, $.a)", R"({"a":"false"})", kIntrinsicFailure},
    {"States.MathAdd($.value1, $.step)", R"({"value1":111,"step":-1})", "110"},
    {"States.MathAdd(1.5, 1.4)", "{}", "3"},
    {"States.MathAdd(-1.5, 0)", "{}", "-1"},
    {"States.MathAdd(-1.6, 0)", "{}", "-2"},
    {"States.MathAdd(2147483647, 0)", "{}", "2147483647"},
    {"States.MathAdd(2147483647, 1)", "{}", kIntrinsicFailure},
    {"States.MathAdd(2147483648, 0)", "{}", kIntrinsicFailure},
    {"States.MathAdd(-2147483648, -1)", "{}", kIntrinsicFailure},
    {"States.MathAdd(1e300, 0)", "{}", kIntrinsicFailure},
    {"States.MathAdd($.a, 1)", R"({"a":"1"})", kIntrinsicFailure},
    {"States.MathAdd(States.ArrayLength($.machines),-1)", R"({"machines":[1,2,3]})", "2"},
    {"States.MathRandom(5, 6)", "{}", "5"},
    {"States.MathRandom(-1, 0, 7)", "{}", "-1"},
    {"States.MathRandom(5, 5)", "{}", kIntrinsicFailure},
    {"States.MathRandom(6, 5)", "{}", kIntrinsicFailure},
    {"States.MathRandom(1, 999, $.seed)", R"({"seed":null})", kIntrinsicFailure},
    {"States.UUID()", "{}", R"("01234567-89ab-4def-8123-456789abcdef")"},
    {"States.Format('{}.{}', States.ArrayGetItem(States.StringSplit(States.ArrayGetItem("
     "States.StringSplit($.Arn, '/'), 2), '.'), 0), States.ArrayGetItem(States.StringSplit("
     "States.ArrayGetItem(States.StringSplit($.Arn, '/'), 2), '.'), 1))",
     R"({"Arn":"arn:image/recipe/1.0.3/5"})", R"("1.0")"},
    {"States.Array( $.a , States.Array( 1 ,2 ) )", R"({"a":0})", "[0,[1,2]]"},
    {"States.Array($['a, b)'], $.c[?(@.d == ')')].d)", R"j({"a, b)":1,"c":[{"d":")"}]})j",
     R"j([1,[")"]])j"},
    {"States.Array($.a.length(),1)", R"({"a":[1,2]})", "[2,1]"},
    {"States.Array($.none)", "{}", kRuntime},
    {"States.Array(States.Array($.none))", "{}", kRuntime},
    {"States.Array($.a[5])", R"({"a":[1]})", kRuntime},
};
INSTANTIATE_TEST_SUITE_P(Others, IntrinsicTable, ::testing::ValuesIn(kOthers));

}  // namespace
}  // namespace ordo::states
