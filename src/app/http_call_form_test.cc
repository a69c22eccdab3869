#include "app/http_call_form.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>

namespace ordo::app {
namespace {

std::string form(const std::string& json, FormArrays arrays = FormArrays::indices) {
  return form_of(*base::parse_json_object(json), arrays).value_or("none");
}

TEST(HttpForm, HasValuesAsTheyAreAndNullAsAnEmptyOne) {
  EXPECT_EQ(form(R"({"a":"x","b":2.50,"c":true,"d":null,"e":""})"), "a=x&b=2.50&c=true&d=&e=");
  EXPECT_EQ(form("{}"), "");
}

TEST(HttpForm, EscapesNamesAndValues) {
  EXPECT_EQ(form(R"({"a b":"x&y=ü","metadata":{"order_details":"monthly report"}})"),
            "a%20b=x%26y%3D%C3%BC&metadata%5Border_details%5D=monthly%20report");
}

TEST(HttpForm, WritesListsAsItIsTold) {
  const std::string list = R"({"array":["a",1,true,null]})";
  EXPECT_EQ(form(R"({"array":["a",1,true]})", FormArrays::commas), "array=a,1,true");
  EXPECT_EQ(form(list), "array%5B0%5D=a&array%5B1%5D=1&array%5B2%5D=true&array%5B3%5D=");
  EXPECT_EQ(form(list, FormArrays::repeat), "array=a&array=1&array=true&array=");
  EXPECT_EQ(form(list, FormArrays::brackets),
            "array%5B%5D=a&array%5B%5D=1&array%5B%5D=true&array%5B%5D=");
  EXPECT_EQ(form(R"({"array":[]})"), "");
}

TEST(HttpForm, WritesWhatIsWithinEachOther) {
  EXPECT_EQ(form(R"({"a":{"b":[{"c":1},[2]]}})"),
            "a%5Bb%5D%5B0%5D%5Bc%5D=1&a%5Bb%5D%5B1%5D%5B0%5D=2");
}

TEST(HttpForm, HasNothingButValuesBetweenCommas) {
  for (const char* const json :
       {R"({"a":[[1]]})", R"({"a":[{"b":1}]})", R"({"b":{"a":["x",[]]}})"}) {
    EXPECT_EQ(form(json, FormArrays::commas), "none") << json;
  }
  EXPECT_EQ(form(R"({"a":["x,y","z"]})", FormArrays::commas), "a=x%2Cy,z");
}

TEST(HttpForm, KnowsItsArraysByTheirNames) {
  EXPECT_EQ(form_arrays_named("INDICES"), FormArrays::indices);
  EXPECT_EQ(form_arrays_named("REPEAT"), FormArrays::repeat);
  EXPECT_EQ(form_arrays_named("COMMAS"), FormArrays::commas);
  EXPECT_EQ(form_arrays_named("BRACKETS"), FormArrays::brackets);
  EXPECT_EQ(form_arrays_named("indices"), std::nullopt);
}

}  // namespace
}  // namespace ordo::app
