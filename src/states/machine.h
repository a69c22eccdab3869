// A state machine as its definition says it, read and found to be in order. Never changed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"
#include "states/choice.h"
#include "states/expression.h"
#include "states/json_path.h"
#include "states/payload_template.h"
#include "states/resource.h"

namespace ordo::states {

inline constexpr std::size_t kMaxDefinitionBytes = 1024UL * 1024;
inline constexpr std::size_t kMaxStateNameCharacters = 80;
// Branches and iterations within each other.
inline constexpr std::size_t kMaxNesting = 16;
inline constexpr std::size_t kMaxDefinitionStates = 10'000;
inline constexpr std::size_t kMaxBranches = 40;
// Of a wait, a time-out, a heartbeat: a little more than three years.
inline constexpr double kMostSeconds = 99'999'999;

enum class StateType : std::uint8_t { task, pass, choice, wait, succeed, fail, parallel, map };
[[nodiscard]] std::string_view type_name(StateType type) noexcept;  // "Task"

// What InputPath, OutputPath and ResultPath may say: a path, null, or, by default, all of it.
struct Selection {
  enum class Kind : std::uint8_t { whole, nothing, path };
  Kind kind = Kind::whole;
  std::optional<JsonPath> path = {};
};

// A number that the definition says, or a path to it; nothing: neither.
using NumberOrPath = std::variant<std::monostate, double, JsonPath>;
// The same of a text; an intrinsic function may make it.
using TextOrPath = std::variant<std::monostate, std::string, Expression>;

struct Retrier {
  std::vector<std::string> errors;
  double interval_seconds = 1;
  std::uint32_t max_attempts = 3;
  double backoff_rate = 2.0;
  std::optional<double> max_delay_seconds;
  bool full_jitter = false;
};
struct Catcher {
  std::vector<std::string> errors;
  std::string next;
  Selection result_path;
  std::optional<PayloadTemplate> assign;
};

struct Flow;

struct PassState {
  std::optional<Json> result;
};
struct TaskState {
  Resource resource;
  NumberOrPath timeout;  // seconds; 60 by default only at AWS's own: here none means none
  NumberOrPath heartbeat;
  std::optional<PayloadTemplate> credentials;
};
struct ChoiceState {
  struct Choice {
    ChoiceRule rule;
    std::string next;
    std::optional<PayloadTemplate> assign;
  };
  std::vector<Choice> choices;
  std::optional<std::string> otherwise;
};
struct WaitState {
  enum class Until : std::uint8_t { seconds, timestamp };
  Until until = Until::seconds;
  std::variant<double, std::string, JsonPath> of;  // seconds, timestamp, or where it is
};
struct SucceedState {};
struct FailState {
  TextOrPath error;
  TextOrPath cause;
};
struct ParallelState {
  std::vector<Flow> branches;
};
struct MapState {
  struct Reader {
    Resource resource;
    std::optional<PayloadTemplate> parameters;
    std::string input_type;  // "JSON", "JSONL", "CSV", "MANIFEST"; empty: the resource says it
    bool headers_given = false;
    std::vector<std::string> headers;
    std::string delimiter;
    NumberOrPath max_items;
  };
  struct Writer {
    Resource resource;
    std::optional<PayloadTemplate> parameters;
    bool flattens = false;  // arrays among the results become their elements
    bool as_lines = false;  // JSONL
  };
  struct Batcher {
    NumberOrPath max_items;
    NumberOrPath max_bytes;
    std::optional<PayloadTemplate> batch_input;
  };
  std::unique_ptr<Flow> processor;
  bool distributed = false;
  std::optional<JsonPath> items_path;
  std::optional<PayloadTemplate> item_selector;
  NumberOrPath max_concurrency;
  NumberOrPath tolerated_count;
  NumberOrPath tolerated_percentage;
  std::string label;
  std::optional<Reader> reader;
  std::optional<Writer> writer;
  std::optional<Batcher> batcher;
};

struct State {
  std::string name;
  StateType type = StateType::pass;
  std::string comment;
  Selection input_path;
  Selection output_path;
  Selection result_path;
  std::optional<PayloadTemplate> parameters;
  std::optional<PayloadTemplate> result_selector;
  std::optional<PayloadTemplate> assign;
  std::string next;  // empty: it ends its flow
  std::vector<Retrier> retry;
  std::vector<Catcher> catchers;
  bool uses_context = false;  // some path in it begins with "$$"
  bool uses_token = false;    // $$ has it where it is named, or waited for
  std::variant<PassState, TaskState, ChoiceState, WaitState, SucceedState, FailState, ParallelState,
               MapState>
      of;
};

// What "StartAt" and "States" say: of the machine, of a branch, of an iteration.
struct Flow {
  std::string start_at;
  std::vector<State> states;  // in their order

  [[nodiscard]] const State* find(std::string_view name) const;

  std::map<std::string, std::size_t, std::less<>> places = {};  // of `states`, by name
};

struct Machine {
  std::string comment;
  std::string version;
  std::optional<double> timeout_seconds;
  Flow flow;
  std::string definition;  // as it was given
};

// `invalid`; all the faults at once in `error().fields`, with pointers into the definition. A
// definition that asks for JSONata is one of them.
base::Result<std::shared_ptr<const Machine>> parse_machine(std::string_view definition);

// Each state of the machine, those of branches and iterations included, with a pointer to it.
void each_state(const Machine& machine,
                const std::function<void(const State&, const std::string& pointer)>& visit);

}  // namespace ordo::states
