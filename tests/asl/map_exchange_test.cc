// The ItemReader and the ResultWriter of a distributed Map.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <string>
#include <vector>

#include "asl/case_table.h"
#include "base/json_tree.h"

namespace ordo::states {
namespace {

constexpr char kRead[] = "arn:aws:states:::s3:getObject";
constexpr char kList[] = "arn:aws:states:::s3:listObjectsV2";
constexpr char kWrite[] = "arn:aws:states:::s3:putObject";

std::string body(std::string_view text) {
  std::string out = R"({"Body":)";
  base::append_json_string(out, text);
  return out + "}";
}

// Runs both ways; what is called may be scripted per test.
MachineRun run(const std::string& map, std::map<std::string, Function, std::less<>> functions,
               const std::string& input = "{}") {
  MachineRun runs[2];
  for (const bool restores : {false, true}) {
    RunOptions options = table_options();
    options.functions.insert(functions.begin(), functions.end());
    options.restore_each_step = restores;
    runs[restores ? 1 : 0] = run_machine(machine_text(map), input, options);
  }
  EXPECT_EQ(runs[0].history, runs[1].history);
  EXPECT_EQ(runs[0].called, runs[1].called);
  EXPECT_EQ(runs[0].ending.output, runs[1].ending.output);
  EXPECT_EQ(runs[0].ending.fault, runs[1].ending.fault);
  return runs[0];
}

Json event_details(const MachineRun& done, std::string_view type, std::string_view member) {
  for (const std::string& text : done.history) {
    const Json event = *base::parse_json_tree(text);
    if (event.at("type").get_string() == type) return event.at(member);
  }
  return {};
}

constexpr char kProcessor[] =
    "'ItemProcessor':{'ProcessorConfig':{'Mode':'DISTRIBUTED','ExecutionType':'STANDARD'},"
    "'StartAt':'X','States':{'X':{'Type':'Pass','End':true}}}";

MachineRun read(std::string_view config, std::string_view text) {
  return run(fmt::format("{{'Type':'Map',{},'ItemReader':{{'Resource':'{}','ReaderConfig':{{{}}},"
                         "'Parameters':{{'Bucket':'b','Key.$':'$.key'}}}}}}",
                         kProcessor, kRead, config),
             {{kRead, [answer = body(text)](const std::string&) -> Called { return answer; }}},
             R"({"key":"k"})");
}

struct ExchangeRow {
  const char* name;
  const char* config;
  const char* text;    // as it is
  const char* output;  // "!cause"
};
class ItemReader : public ::testing::TestWithParam<ExchangeRow> {};

TEST_P(ItemReader, ReadsWhatTheTableSays) {
  const ExchangeRow& row = GetParam();
  const MachineRun done = read(row.config, row.text);
  EXPECT_EQ(done.called,
            std::vector<std::string>{std::string(kRead) + R"( {"Bucket":"b","Key":"k"})"});
  const std::string expected = row.output;
  if (expected.starts_with('!')) {
    EXPECT_EQ(done.ending.fault.error, kItemReaderFailed);
    EXPECT_NE(done.ending.fault.cause.find(expected.substr(1)), std::string::npos)
        << done.ending.fault.cause;
    EXPECT_EQ(types_of(done),
              "ExecutionStarted MapStateEntered MapStateStarted MapRunStarted MapRunFailed "
              "MapStateFailed ExecutionFailed");
    EXPECT_EQ(event_details(done, "MapRunFailed", "mapRunFailedEventDetails"),
              Json({{"error", kItemReaderFailed}, {"cause", done.ending.fault.cause}}));
  } else {
    EXPECT_EQ(done.ending.output, expected) << done.ending.fault.cause;
    EXPECT_EQ(types_of(done),
              "ExecutionStarted MapStateEntered MapStateStarted MapRunStarted MapRunSucceeded "
              "MapStateSucceeded MapStateExited ExecutionSucceeded");
  }
}

constexpr ExchangeRow kRows[] = {
    {"Json", "'InputType':'JSON'", R"([1,{"a":2},"x"])", R"([1,{"a":2},"x"])"},
    {"JsonIsTheDefault", "", "[1]", "[1]"},
    {"JsonEmpty", "'InputType':'JSON'", "[]", "[]"},
    {"JsonOfNoArray", "'InputType':'JSON'", "{}", "!Attempting to map over non-iterable node."},
    {"JsonBroken", "'InputType':'JSON'", "[1", "!not JSON"},
    {"MaxItems", "'InputType':'JSON','MaxItems':2", "[1,2,3]", "[1,2]"},
    {"MaxItemsZeroIsNoLimit", "'InputType':'JSON','MaxItems':0", "[1,2,3]", "[1,2,3]"},
    {"JsonLines", "'InputType':'JSONL'", "{\"a\":1}\n\n2\r\n\"x\"", R"([{"a":1},2,"x"])"},
    {"JsonLinesMaxItems", "'InputType':'JSONL','MaxItems':1", "1\nbroken", "[1]"},
    {"JsonLinesBroken", "'InputType':'JSONL'", "1\n{", "!line 2 is not JSON"},
    {"Csv", "'InputType':'CSV'", "a,b\n1,2\n3,4\n", R"([{"a":"1","b":"2"},{"a":"3","b":"4"}])"},
    {"CsvFirstRow", "'InputType':'CSV','CSVHeaderLocation':'FIRST_ROW'", "a\r\n1\r\n",
     R"([{"a":"1"}])"},
    {"CsvGiven", "'InputType':'CSV','CSVHeaderLocation':'GIVEN','CSVHeaders':['x','y']", "1,2\n3,4",
     R"([{"x":"1","y":"2"},{"x":"3","y":"4"}])"},
    {"CsvQuotes", "'InputType':'CSV'", "a,b\n\"x,\"\"y\"\"\n\",z\n",
     R"([{"a":"x,\"y\"\n","b":"z"}])"},
    {"CsvShortAndLongRows", "'InputType':'CSV'", "a,b\n1\n1,2,3\n",
     R"([{"a":"1","b":""},{"a":"1","b":"2"}])"},
    {"CsvSemicolon", "'InputType':'CSV','CSVDelimiter':'SEMICOLON'", "a;b\n1,5;2\n",
     R"([{"a":"1,5","b":"2"}])"},
    {"CsvTab", "'InputType':'CSV','CSVDelimiter':'TAB'", "a\tb\n1\t2\n", R"([{"a":"1","b":"2"}])"},
    {"CsvPipe", "'InputType':'CSV','CSVDelimiter':'PIPE'", "a|b\n1|2\n", R"([{"a":"1","b":"2"}])"},
    {"CsvByteOrderMark", "'InputType':'CSV'",
     "\xEF\xBB\xBF"
     "a\n1\n",
     R"([{"a":"1"}])"},
    {"CsvWithoutRows", "'InputType':'CSV'", "a,b\n", "[]"},
    {"CsvWithoutHeaders", "'InputType':'CSV'", "", "!no row of headers"},
    {"CsvTheSameHeaderTwice",
     "'InputType':'CSV','CSVHeaderLocation':'GIVEN','CSVHeaders':['x','y','x']", "1,2,3\n",
     "!CSV headers cannot contain duplicates."},
    {"CsvOpenQuote", "'InputType':'CSV'", "a\n\"x", "!does not end"},
    {"Manifest", "'InputType':'MANIFEST'", "{}", "!MANIFEST is not supported"},
};
INSTANTIATE_TEST_SUITE_P(Table, ItemReader, ::testing::ValuesIn(kRows),
                         [](const auto& row) { return std::string(row.param.name); });

TEST(ItemReaderCalls, ReadAListOfObjects) {
  const MachineRun done =
      run(fmt::format("{{'Type':'Map',{},'ItemReader':{{'Resource':'{}'}}}}", kProcessor, kList),
          {{kList, [](const std::string&) -> Called { return R"({"Contents":[{"Key":"a"}]})"; }}});
  EXPECT_EQ(done.ending.output, R"([{"Key":"a"}])");
}

TEST(ItemReaderCalls, ThatFailAreRetriedAndCaughtByTheirName) {
  int calls = 0;
  const MachineRun done =
      run(fmt::format("{{'Type':'Map',{},'ItemReader':{{'Resource':'{}'}},'Retry':[{{'ErrorEquals':"
                      "['States.ItemReaderFailed'],'MaxAttempts':1}}]}}",
                      kProcessor, kRead),
          {{kRead, [&calls](const std::string&) -> Called {
              if (calls++ % 2 == 0) return Fault{"S3.NoSuchKey", "it is not there"};
              return body("[1]");
            }}});
  EXPECT_EQ(done.ending.output, "[1]");
  EXPECT_EQ(done.called.size(), 2U);
}

TEST(ItemReaderCalls, ThatFailTellWhy) {
  const MachineRun done =
      run(fmt::format("{{'Type':'Map',{},'ItemReader':{{'Resource':'{}'}}}}", kProcessor, kRead),
          {{kRead, [](const std::string&) -> Called { return Fault{"S3.NoSuchKey", "no such"}; }}});
  EXPECT_EQ(done.ending.fault, (Fault{kItemReaderFailed, "S3.NoSuchKey: no such"}));
}

TEST(ItemReaderCalls, AnswerOfAnotherShapeIsTold) {
  for (const char* answer : {"[]", "{}", R"({"Body":1})", "{"}) {
    const MachineRun done =
        run(fmt::format("{{'Type':'Map',{},'ItemReader':{{'Resource':'{}'}}}}", kProcessor, kRead),
            {{kRead, [answer](const std::string&) -> Called { return std::string(answer); }}});
    EXPECT_EQ(done.ending.fault.error, kItemReaderFailed) << answer;
  }
}

TEST(ItemReaderCalls, TellOfALimitThatIsNoCount) {
  const auto failed = [](const char* most) {
    return run(fmt::format("{{'Type':'Map',{},'ItemReader':{{'Resource':'{}','ReaderConfig':{{"
                           "'MaxItemsPath':'$.most'}}}}}}",
                           kProcessor, kRead),
               {{kRead, [](const std::string&) -> Called { return body("[1]"); }}},
               fmt::format(R"({{"most":{}}})", most))
        .ending.fault;
  };
  EXPECT_EQ(failed("-1"), (Fault{kItemReaderFailed, "field MaxItems must be positive"}));
  EXPECT_EQ(failed("\"x\""), (Fault{kItemReaderFailed,
                                    "The MaxItemsPath field refers to value \"x\" which is not a "
                                    "valid integer: $.most"}));
}

TEST(ItemReaderCalls, GoThroughBatchesAndItemSelector) {
  const MachineRun done =
      run(fmt::format("{{'Type':'Map',{},'ItemReader':{{'Resource':'{}'}},"
                      "'ItemBatcher':{{'MaxItemsPerBatch':2}},"
                      "'ItemSelector':{{'b.$':'$$.Map.Item.Value.Items','k.$':'$.k'}}}}",
                      kProcessor, kRead),
          {{kRead, [](const std::string&) -> Called { return body("[1,2,3]"); }}}, R"({"k":9})");
  EXPECT_EQ(done.ending.output, R"([{"b":[1,2],"k":9},{"b":[3],"k":9}])");
}

constexpr char kFailTwo[] =
    "'ItemProcessor':{'ProcessorConfig':{'Mode':'DISTRIBUTED','ExecutionType':'STANDARD'},'StartAt'"
    ":'C','States':{"
    "'C':{'Type':'Choice','Choices':[{'Variable':'$','NumericEquals':2,'Next':'F'}],"
    "'Default':'P'},'F':{'Type':'Fail','Error':'E','Cause':'c'},'P':{'Type':'Pass','End':true}}}";

MachineRun write(std::string_view processor, std::string_view config, const Called& answer,
                 const std::string& input = "[1,[2,3]]") {
  return run(fmt::format("{{'Type':'Map',{},'ToleratedFailureCount':5,'ResultWriter':{{"
                         "'Resource':'{}'{},'Parameters':{{'Bucket':'b','Prefix':'out'}}}}}}",
                         processor, kWrite, config),
             {{kWrite, [answer](const std::string&) { return answer; }}}, input);
}

Json written(const MachineRun& done, std::size_t index) {
  return *base::parse_json_tree(done.called.at(index).substr(sizeof kWrite));
}

TEST(ResultWriter, PutsTheResultsAndTellsWhere) {
  const MachineRun done = write(kProcessor, "", std::string("{}"));
  ASSERT_EQ(done.called.size(), 1U);
  const Json put = written(done, 0);
  EXPECT_EQ(put.at("Bucket").get_string(), "b");
  EXPECT_EQ(put.at("Body").get_string(), "[1,[2,3]]");
  const Json output = *base::parse_json_tree(done.ending.output);
  const std::string arn(output.at("MapRunArn").get_string());
  const std::string uuid = arn.substr(arn.rfind(':') + 1);
  EXPECT_EQ(uuid.size(), 36U);
  EXPECT_TRUE(arn.starts_with("arn:aws:states:local:111111111111:mapRun:machine/S:")) << arn;
  EXPECT_EQ(put.at("Key").get_string(), "out/" + uuid + "/SUCCEEDED_0.json");
  EXPECT_EQ(output.at("ResultWriterDetails"),
            Json({{"Bucket", "b"}, {"Key", put.at("Key").get_string()}}));
  EXPECT_EQ(types_of(done),
            "ExecutionStarted MapStateEntered MapStateStarted MapRunStarted MapRunSucceeded "
            "MapStateSucceeded MapStateExited ExecutionSucceeded");
}

TEST(ResultWriter, PutsFailuresApart) {
  const MachineRun done = write(kFailTwo, "", std::string("null"), "[1,2,3]");
  ASSERT_EQ(done.called.size(), 2U);
  EXPECT_EQ(written(done, 0).at("Body").get_string(), "[1,3]");
  EXPECT_EQ(written(done, 1).at("Body").get_string(), R"([{"Error":"E","Cause":"c"}])");
  EXPECT_TRUE(written(done, 1).at("Key").get_string().ends_with("/FAILED_0.json"));
  EXPECT_EQ(done.ending.status, Status::succeeded);
}

TEST(ResultWriter, FlattensAndWritesLines) {
  const MachineRun flat =
      write(kProcessor, ",'WriterConfig':{'Transformation':'FLATTEN'}", std::string("{}"));
  EXPECT_EQ(written(flat, 0).at("Body").get_string(), "[1,2,3]");
  const MachineRun lines =
      write(kProcessor, ",'WriterConfig':{'OutputType':'JSONL'}", std::string("{}"));
  EXPECT_EQ(written(lines, 0).at("Body").get_string(), "1\n[2,3]\n");
  EXPECT_TRUE(written(lines, 0).at("Key").get_string().ends_with("/SUCCEEDED_0.jsonl"));
}

TEST(ResultWriter, ThatFailsFailsTheState) {
  const MachineRun done = write(kProcessor, "", Fault{"S3.AccessDenied", "no"});
  EXPECT_EQ(done.ending.fault, (Fault{kResultWriterFailed, "S3.AccessDenied: no"}));
  EXPECT_EQ(types_of(done),
            "ExecutionStarted MapStateEntered MapStateStarted MapRunStarted MapRunFailed "
            "MapStateFailed ExecutionFailed");
}

TEST(ResultWriter, WantsABucket) {
  const MachineRun done =
      run(fmt::format("{{'Type':'Map',{},'ResultWriter':{{'Resource':'{}'}}}}", kProcessor, kWrite),
          {}, "[1]");
  EXPECT_EQ(done.ending.fault.error, kResultWriterFailed);
  EXPECT_NE(done.ending.fault.cause.find("Bucket"), std::string::npos);
}

TEST(ResultWriter, WritesMoreThanAStateMayHold) {
  const MachineRun done =
      run(fmt::format("{{'Type':'Map','ItemProcessor':{{'ProcessorConfig':{{'Mode':'DISTRIBUTED','"
                      "ExecutionType':'STANDARD'}},"
                      "'StartAt':'T','States':{{'T':{{'Type':'Task','Resource':'big','End':true}}}}"
                      "}},'ResultWriter':{{'Resource':'{}','Parameters':{{'Bucket':'b'}}}}}}",
                      kWrite),
          {{kWrite, [](const std::string&) -> Called { return std::string("{}"); }}},
          "[200000,200000,200000]");
  EXPECT_EQ(done.ending.status, Status::succeeded) << done.ending.fault.cause;
  EXPECT_GT(done.called.back().size(), 600'000U);
}

}  // namespace
}  // namespace ordo::states
