// What a Map reads its items from, and where it writes its results.
#include <fmt/format.h>

#include <boost/json.hpp>
#include <utility>

#include "base/json_tree.h"
#include "base/text.h"
#include "states/item_source.h"
#include "states/stepper.h"
#include "states/stepper_scope.h"

namespace ordo::states {
namespace {

// The part of a run's ARN that is its own.
std::string_view run_uuid(std::string_view run) {
  return run.substr(run.rfind(':') + 1);
}

std::string text_of(const MapState::Writer& writer, const boost::json::array& results) {
  if (!writer.as_lines) return base::json_tree_text(results);
  std::string text;
  for (const Json& one : results) {
    base::append_json_tree(text, one);
    text.push_back('\n');
  }
  return text;
}

// An array among the results becomes its elements.
boost::json::array flattened(boost::json::array results) {
  boost::json::array flat;
  for (Json& one : results) {
    if (auto* inner = one.if_array()) {
      for (Json& element : *inner) flat.push_back(std::move(element));
    } else {
      flat.push_back(std::move(one));
    }
  }
  return flat;
}

}  // namespace

void Stepper::begin_exchange(Frame& frame, const Resource& resource, Call::Purpose purpose,
                             std::string parameters) {
  Call& call = frame.call.emplace();
  call.purpose = purpose;
  call.token = fmt::format("{}.{}.{:016x}{:016x}", execution_.identity.token_root, frame.id,
                           moment_.entropy(), moment_.entropy());
  call.parameters = std::move(parameters);
  want_call(frame, resource);
}

Outcome<void> Stepper::begin_read(Frame& frame, const State& state, const MapState::Reader& reader,
                                  const Json& input) {
  Json parameters = boost::json::object();
  if (reader.parameters) {
    Outcome<Json> made = with_scope(frame, state, input, [&](const Scope& scope) {
      return reader.parameters->evaluate(scope);
    });
    if (!made) return std::unexpected(std::move(made.error()));
    parameters = std::move(*made);
  }
  begin_exchange(frame, reader.resource, Call::Purpose::read, base::json_tree_text(parameters));
  return {};
}

Outcome<void> Stepper::take_items(Frame& frame, const State& state, const std::string& answer) {
  const auto& map = std::get<MapState>(state.of);
  Outcome<Held> input = select(frame, state, state.input_path, frame.input);
  if (!input) return std::unexpected(in_state(frame, std::move(input.error())));
  const Outcome<double> most =
      number(frame, state, map.reader->max_items, input->get(), "MaxItems", 0);
  if (!most) return fault(kItemReaderFailed, most.error().cause);
  if (*most < 0) return fault(kItemReaderFailed, "field MaxItems must be positive");
  if (answer.size() > kMaxItemsBytes) {
    return fault(kItemReaderFailed,
                 fmt::format("what was read has more than {} bytes", kMaxItemsBytes));
  }
  base::Result<Json> value = base::parse_json_tree(answer);
  if (!value) {
    return fault(kItemReaderFailed, "The answer is not JSON: " + value.error().message);
  }
  const std::size_t at_most = *most == 0 || *most > static_cast<double>(kMaxMapItems)
                                  ? kMaxMapItems + 1
                                  : static_cast<std::size_t>(*most);
  Outcome<boost::json::array> items = read_items(*map.reader, std::move(*value), at_most);
  if (!items) return std::unexpected(std::move(items.error()));
  Outcome<void> begun = iterate(frame, state, map, std::move(*input), Json(std::move(*items)));
  if (!begun) return std::unexpected(in_state(frame, std::move(begun.error())));
  return {};
}

Outcome<void> Stepper::begin_write(Frame& frame, const State& state, const MapState::Writer& writer,
                                   boost::json::array succeeded, const boost::json::array& failed) {
  Json parameters = boost::json::object();
  if (writer.parameters) {
    Outcome<Json> made = with_scope(frame, state, frame.children->input, [&](const Scope& scope) {
      return writer.parameters->evaluate(scope);
    });
    if (!made) return std::unexpected(std::move(made.error()));
    parameters = std::move(*made);
  }
  const auto text = [&](std::string_view name) -> std::optional<std::string> {
    const auto* members = parameters.if_object();
    const Json* value = members == nullptr ? nullptr : members->if_contains(name);
    const auto* string = value == nullptr ? nullptr : value->if_string();
    if (string == nullptr) return std::nullopt;
    return std::string(*string);
  };
  const auto bucket = text("Bucket");
  if (!bucket) return fault(kResultWriterFailed, "\"Bucket\" is missing in Parameters");
  std::string folder = text("Prefix").value_or("");
  if (!folder.empty() && !folder.ends_with('/')) folder.push_back('/');
  folder += run_uuid(frame.children->run);
  if (writer.flattens) succeeded = flattened(std::move(succeeded));
  const auto file = [&](std::string_view name, const boost::json::array& results) {
    return boost::json::object{
        {"Bucket", *bucket},
        {"Key", fmt::format("{}/{}.{}", folder, name, writer.as_lines ? "jsonl" : "json")},
        {"Body", text_of(writer, results)}};
  };
  boost::json::array files;
  files.push_back(file("SUCCEEDED_0", succeeded));
  if (!failed.empty()) files.push_back(file("FAILED_0", failed));
  boost::json::object told{{"Bucket", *bucket}, {"Key", files[0].at("Key")}};
  frame.result = boost::json::object{{"Told", std::move(told)}, {"Files", std::move(files)}};
  write_next(frame, state);
  return {};
}

void Stepper::write_next(Frame& frame, const State& state) {
  auto& files = frame.result.at("Files").get_array();
  if (!files.empty()) {
    return begin_exchange(frame, std::get<MapState>(state.of).writer->resource,
                          Call::Purpose::write, base::json_tree_text(files.front()));
  }
  boost::json::object result{{"MapRunArn", frame.children->run},
                             {"ResultWriterDetails", std::move(frame.result.at("Told"))}};
  end_children(frame, state, std::move(result));
}

void Stepper::take_exchanged(Frame& frame, const State& state, const std::string& answer) {
  const Call::Purpose purpose = frame.call->purpose;
  stop_waiting(frame);
  if (purpose == Call::Purpose::read) {
    if (Outcome<void> taken = take_items(frame, state, answer); !taken) {
      fail(frame, std::move(taken.error()));
    }
    return;
  }
  auto& files = frame.result.at("Files").get_array();
  files.erase(files.begin());
  write_next(frame, state);
}

void Stepper::exchange_failed(Frame& frame, const Fault& fault) {
  const bool reads = frame.call->purpose == Call::Purpose::read;
  stop_waiting(frame);
  const std::string cause =
      fault.cause.empty() ? fault.error : fmt::format("{}: {}", fault.error, fault.cause);
  fail(frame, presentable({reads ? kItemReaderFailed : kResultWriterFailed, cause}));
}

}  // namespace ordo::states
