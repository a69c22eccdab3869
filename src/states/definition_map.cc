// Map states.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <utility>

#include "states/definition_reader.h"

namespace ordo::states {
namespace {

constexpr double kMostItems = 100'000'000;
constexpr double kMostBatchBytes = 262'144;
constexpr std::array<std::string_view, 4> kReadable{"JSON", "JSONL", "CSV", "MANIFEST"};
constexpr std::array<std::string_view, 5> kDelimiters{"COMMA", "PIPE", "SEMICOLON", "SPACE", "TAB"};

// The answer of the call is what is wanted, or that it was made.
void refuse_waiting(DefinitionObject& object, const Resource& resource) {
  if (resource.waiting == Waiting::answer) return;
  object.fault("Resource", "invalid_resource", "only the call's own answer can be waited for here");
}

}  // namespace

void DefinitionReader::read_map(DefinitionObject& object, State& state) {
  MapState map;
  read_processor(object, map);
  map.items_path = object.reference_path("ItemsPath");
  object.at_most_one({"ItemSelector", "Parameters"});
  map.item_selector = object.payload("ItemSelector");
  if (object.has("Parameters")) map.item_selector = object.payload("Parameters");
  map.max_concurrency = object.number_or_path("MaxConcurrency", {0, kMostItems});
  map.tolerated_count = object.number_or_path("ToleratedFailureCount", {0, kMostItems});
  map.tolerated_percentage = object.number_or_path("ToleratedFailurePercentage", {0, 100, false});
  if (auto label = object.text("Label")) {
    if (label->size() > 40) object.fault("Label", "too_long", "up to 40 characters");
    map.label = std::move(*label);
  }
  read_item_reader(object, map);
  read_result_writer(object, map);
  read_batcher(object, map);
  state.of = std::move(map);
}

void DefinitionReader::read_processor(DefinitionObject& object, MapState& map) {
  object.at_most_one({"ItemProcessor", "Iterator"});
  const std::string_view name = object.has("Iterator") ? "Iterator" : "ItemProcessor";
  object.require(name);
  const Json* processor = object.take(name);
  map.processor = std::make_unique<Flow>();
  if (processor == nullptr) return;
  DefinitionObject source(*processor, object.at(name), faults_);
  source.take("Comment");
  if (const Json* config = source.take("ProcessorConfig")) {
    DefinitionObject members(*config, source.at("ProcessorConfig"), faults_);
    members.require("Mode");
    const auto mode = members.text("Mode");
    const auto type = members.text("ExecutionType");
    if (mode && *mode != "INLINE" && *mode != "DISTRIBUTED") {
      members.fault("Mode", "not_allowed", "\"INLINE\" or \"DISTRIBUTED\" is wanted");
    }
    map.distributed = mode && *mode == "DISTRIBUTED";
    if (map.distributed) members.require("ExecutionType");
    if (type && *type != "STANDARD" && *type != "EXPRESS") {
      members.fault("ExecutionType", "not_allowed", "\"STANDARD\" or \"EXPRESS\" is wanted");
    }
    members.finish();
  }
  if (processor->is_object()) *map.processor = read_flow(source, map.distributed);
  source.finish();
}

void DefinitionReader::read_item_reader(DefinitionObject& object, MapState& map) {
  const Json* value = object.take("ItemReader");
  if (value == nullptr) return;
  DefinitionObject source(*value, object.at("ItemReader"), faults_);
  MapState::Reader reader;
  if (auto resource = read_resource(source)) reader.resource = std::move(*resource);
  reader.parameters = source.payload("Parameters");
  if (const Json* config = source.take("ReaderConfig")) {
    DefinitionObject members(*config, source.at("ReaderConfig"), faults_);
    if (auto type = members.text("InputType")) {
      if (std::ranges::find(kReadable, *type) == kReadable.end()) {
        members.fault("InputType", "not_allowed", "JSON, JSONL, CSV or MANIFEST is wanted");
      }
      reader.input_type = std::move(*type);
    }
    if (const auto location = members.text("CSVHeaderLocation")) {
      reader.headers_given = *location == "GIVEN";
      if (*location != "GIVEN" && *location != "FIRST_ROW") {
        members.fault("CSVHeaderLocation", "not_allowed", "FIRST_ROW or GIVEN is wanted");
      }
    }
    if (const boost::json::array* headers = members.array("CSVHeaders")) {
      for (const Json& header : *headers) {
        if (const auto* text = header.if_string()) {
          reader.headers.emplace_back(*text);
        } else {
          members.fault("CSVHeaders", "wrong_type", "strings are wanted");
        }
      }
    }
    if (auto delimiter = members.text("CSVDelimiter")) {
      if (std::ranges::find(kDelimiters, *delimiter) == kDelimiters.end()) {
        members.fault("CSVDelimiter", "not_allowed",
                      "COMMA, PIPE, SEMICOLON, SPACE or TAB is wanted");
      }
      reader.delimiter = std::move(*delimiter);
    }
    reader.max_items = members.number_or_path("MaxItems", {0, kMostItems});
    if (reader.headers_given && reader.headers.empty()) {
      members.fault("CSVHeaders", "missing", "the headers that are GIVEN are missing");
    }
    members.finish();
  }
  refuse_waiting(source, reader.resource);
  source.finish();
  map.reader = std::move(reader);
}

void DefinitionReader::read_result_writer(DefinitionObject& object, MapState& map) {
  const Json* value = object.take("ResultWriter");
  if (value == nullptr) return;
  DefinitionObject source(*value, object.at("ResultWriter"), faults_);
  MapState::Writer writer;
  if (auto resource = read_resource(source)) writer.resource = std::move(*resource);
  writer.parameters = source.payload("Parameters");
  if (const Json* config = source.take("WriterConfig")) {
    DefinitionObject members(*config, source.at("WriterConfig"), faults_);
    if (const auto how = members.text("Transformation")) {
      writer.flattens = *how == "FLATTEN";
      if (*how != "NONE" && *how != "COMPACT" && *how != "FLATTEN") {
        members.fault("Transformation", "not_allowed", "NONE, COMPACT or FLATTEN is wanted");
      }
    }
    if (const auto type = members.text("OutputType")) {
      writer.as_lines = *type == "JSONL";
      if (*type != "JSON" && *type != "JSONL") {
        members.fault("OutputType", "not_allowed", "JSON or JSONL is wanted");
      }
    }
    members.finish();
  }
  refuse_waiting(source, writer.resource);
  source.finish();
  map.writer = std::move(writer);
}

void DefinitionReader::read_batcher(DefinitionObject& object, MapState& map) {
  const Json* value = object.take("ItemBatcher");
  if (value == nullptr) return;
  DefinitionObject source(*value, object.at("ItemBatcher"), faults_);
  MapState::Batcher batcher;
  batcher.max_items = source.number_or_path("MaxItemsPerBatch", {1, kMostItems});
  batcher.max_bytes = source.number_or_path("MaxInputBytesPerBatch", {1, kMostBatchBytes});
  batcher.batch_input = source.payload("BatchInput");
  source.finish();
  map.batcher = std::move(batcher);
}

}  // namespace ordo::states
