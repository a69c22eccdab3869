// Bodies that are not one JSON object in one reading.
#include "hostile.h"

namespace ordo::e2e {
namespace {

using namespace std::string_literals;  // for bodies that hold a NUL

struct JsonRow {
  std::string name;
  std::string body;
};

std::vector<Hostile> all_malformed(const std::vector<JsonRow>& rows) {
  std::vector<Hostile> table;
  for (const JsonRow& row : rows) {
    table.push_back({row.name, creation_of(row.body), 400, "invalid", ""});
  }
  return table;
}

}  // namespace

std::vector<Hostile> hostile_json() {
  return all_malformed({
      {"white space only", " \n\t "},
      {"an opening brace", "{"},
      {"a closing brace", "}"},
      {"an object that does not end", R"({"title":"a")"},
      {"a string that does not end", R"({"title":"a)"},
      {"a trailing comma", R"({"title":"a",})"},
      {"a comma in front", R"({,"title":"a"})"},
      {"no colon", R"({"title" "a"})"},
      {"no value", R"({"title":})"},
      {"a key without quotes", R"({title:"a"})"},
      {"single quotes", R"({'title':'a'})"},
      {"something after the object", R"({"title":"a"}x)"},
      {"two objects", R"({"title":"a"}{"title":"b"})"},
      {"a comment", R"({"title":"a"/*b*/})"},
      {"a line comment", "{\"title\":\"a\"}//b"},
      {"NaN", R"({"payload":{"n":NaN}})"},
      {"Infinity", R"({"payload":{"n":Infinity}})"},
      {"-Infinity", R"({"payload":{"n":-Infinity}})"},
      {"a hexadecimal number", R"({"payload":{"n":0x10}})"},
      {"a leading zero", R"({"payload":{"n":01}})"},
      {"a plus sign", R"({"payload":{"n":+1}})"},
      {"no digit after the point", R"({"payload":{"n":1.}})"},
      {"no digit before the point", R"({"payload":{"n":.5}})"},
      {"no exponent", R"({"payload":{"n":1e}})"},
      {"a lone minus", R"({"payload":{"n":-}})"},
      {"an exponent beyond counting", R"({"payload":{"n":1e99999999999999999999}})"},
      {"half a literal", R"({"payload":{"n":tru}})"},
      {"a literal in capitals", R"({"payload":{"n":TRUE}})"},
      {"a newline inside a string", "{\"title\":\"a\nb\"}"},
      {"a tab inside a string", "{\"title\":\"a\tb\"}"},
      {"a NUL inside a string", "{\"title\":\"a\0b\"}"s},
      {"a NUL after the object", "{\"title\":\"a\"}\0"s},
      {"a NUL before the object", "\0{\"title\":\"a\"}"s},
      {"a form feed as white space", "{\f\"title\":\"a\"}"},
      {"a no-break space as white space", "{\xc2\xa0\"title\":\"a\"}"},
      {"an escape that is none", R"({"title":"\x41"})"},
      {"a short \\u", R"({"title":"\u12"})"},
      {"a \\u with letters", R"({"title":"\u00zz"})"},
      {"a \\u in braces", R"({"title":"\u{41}"})"},
      {"a form", "title=a&priority=high"},
      {"XML", "<task><title>a</title></task>"},
      {"65 levels of arrays", R"({"payload":{"a":)" + times(64, "[") + times(64, "]") + "}}"},
      {"65 levels of objects", R"({"payload":)" + times(64, R"({"a":)") + "1" + times(65, "}")},
      {"100 000 levels", R"({"payload":{"a":)" + times(100'000, "[")},
      {"a key twice", R"({"title":"a","title":"b"})"},
      {"a key twice, once escaped", R"({"title":"a","\u0074itle":"b"})"},
      {"a key twice in the payload", R"({"payload":{"a":1,"a":1}})"},
      {"a key twice three levels down", R"({"payload":{"a":{"b":{"c":1,"d":2,"c":3}}}})"},
      {"a key twice inside an array", R"({"payload":{"a":[0,{"b":1,"b":2}]}})"},
      {"the empty key twice", R"({"payload":{"":1,"":2}})"},
      {"a key twice among many", R"({"payload":{)" +
                                     [] {
                                       std::string members;
                                       for (int i = 0; i < 5000; ++i)
                                         members += "\"k" + std::to_string(i) + "\":0,";
                                       return members;
                                     }() +
                                     R"("k2500":1}})"},
  });
}

std::vector<Hostile> hostile_encodings() {
  return all_malformed({
      {"a byte order mark", "\xef\xbb\xbf{\"title\":\"a\"}"},
      {"UTF-16, little end first", "\xff\xfe{\0\"\0a\0\"\0:\0001\0}\0"s},
      {"UTF-16, big end first", "\xfe\xff\0{\0\"\0a\0\"\0:\0001\0}"s},
      {"UTF-16 without a mark", "{\0\"\0a\0\"\0:\0001\0}\0"s},
      {"Latin-1", "{\"title\":\"caf\xe9\"}"},
      {"a lone continuation byte", "{\"title\":\"\x80\"}"},
      {"a lead byte without its second", "{\"title\":\"\xc3\"}"},
      {"a sequence cut short", "{\"title\":\"\xe2\x82\"}"},
      {"NUL in two bytes", "{\"title\":\"\xc0\x80\"}"},
      {"a slash in two bytes", "{\"title\":\"\xc0\xaf\"}"},
      {"a slash in three bytes", "{\"title\":\"\xe0\x80\xaf\"}"},
      {"a slash in four bytes", "{\"title\":\"\xf0\x80\x80\xaf\"}"},
      {"a raw high surrogate", "{\"title\":\"\xed\xa0\x80\"}"},
      {"a raw low surrogate", "{\"title\":\"\xed\xbf\xbf\"}"},
      {"a raw surrogate pair (CESU-8)", "{\"title\":\"\xed\xa0\xbd\xed\xb8\x80\"}"},
      {"over U+10FFFF", "{\"title\":\"\xf4\x90\x80\x80\"}"},
      {"five bytes", "{\"title\":\"\xf8\x88\x80\x80\x80\"}"},
      {"bytes that UTF-8 never has", "{\"title\":\"\xfe\xff\"}"},
      {"invalid UTF-8 in a key", "{\"ti\xfftle\":\"a\"}"},
      {"invalid UTF-8 deep in the payload", "{\"payload\":{\"a\":[{\"b\":\"\xc3(\"}]}}"},
      {"invalid UTF-8 in the payload's key", "{\"payload\":{\"\xe2(\xa1\":1}}"},
      {"a lone high surrogate", R"({"title":"\ud800"})"},
      {"a lone low surrogate", R"({"title":"\udc00"})"},
      {"a high surrogate before a letter", R"({"title":"\ud800a"})"},
      {"a high surrogate before another escape", R"({"title":"\ud800\n"})"},
      {"two high surrogates", R"({"title":"\ud800\ud800"})"},
      {"a pair the wrong way round", R"({"title":"\udc00\ud800"})"},
      {"a lone surrogate in the payload", R"({"payload":{"a":["\udfff"]}})"},
      {"a lone surrogate in a key", R"({"payload":{"\ud800":1}})"},
  });
}

}  // namespace ordo::e2e
