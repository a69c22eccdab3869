// The machine of an execution, drawn, with the path taken.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "api/endpoints.h"
#include "api/media_types.h"
#include "api/parameters.h"
#include "app/reading.h"
#include "states/diagram_dot.h"
#include "states/diagram_path.h"
#include "states/diagram_svg.h"

namespace ordo::api {
namespace {

constexpr std::array<std::string_view, 2> kTypes{"image/svg+xml", "text/vnd.graphviz"};
constexpr std::array<std::string_view, 2> kFormats{"svg", "dot"};  // the same, in short

struct GraphRequest {
  std::optional<std::size_t> type;  // of kTypes
};
constexpr std::array kOfGraphs{KnownParameter<GraphRequest>{
    "format", false,
    [](GraphRequest& graph, const std::string& value) -> std::optional<domain::Violation> {
      const auto* const format = std::ranges::find(kFormats, value);
      if (format == kFormats.end()) {
        return domain::Violation{"unknown_value", "a format is svg or dot"};
      }
      graph.type = static_cast<std::size_t>(format - kFormats.begin());
      return std::nullopt;
    }}};

// One that is being drawn. Its history may be large: it is read a page at a time, and others read
// between two pages.
struct Drawing {
  ExchangePtr exchange;
  domain::ExecutionId id;
  std::size_t type = 0;
  domain::ExecutionNumber number;
  std::string title;
  std::optional<states::DiagramPath> path;
  std::uint64_t next_event = 1;
  std::string text;  // once it is drawn
};

// Of what is stored and cannot be read the one who asks is not to blame.
std::unexpected<base::Error> broken(const base::Error& error) {
  return base::fail(base::ErrorCode::internal, "the execution cannot be drawn: " + error.message);
}

base::Result<void> begin(Drawing& drawing, ports::ExecutionReads& executions) {
  constexpr char kMissing[] = "there is no such execution";
  const auto record = app::known(executions.find(drawing.id), kMissing);
  if (!record) return base::fail(record.error());
  const auto stored = app::known(executions.load(record->number), kMissing);
  if (!stored) return base::fail(stored.error());
  const auto machine = states::parse_machine(stored->definition);
  if (!machine) return broken(machine.error());
  drawing.number = record->number;
  drawing.title = fmt::format("{} · {}", record->pipeline.value(), record->id.value());
  drawing.path.emplace(**machine);
  return {};
}

void render(Drawing& drawing) {
  const states::Diagram diagram = std::move(*drawing.path).finish();
  std::string title = fmt::format("{} · {}", drawing.title, states::status_name(diagram.status));
  drawing.text =
      drawing.type == 0 ? states::diagram_svg(diagram, title) : states::diagram_dot(diagram, title);
}

// Whether it is drawn; if not, there is more to be read.
base::Result<bool> go_on(Drawing& drawing, const ports::Reads& reads) {
  if (!drawing.path) {
    const auto begun = begin(drawing, reads.executions);
    if (!begun) return base::fail(begun.error());
  }
  const auto page =
      reads.executions.history(drawing.number, drawing.next_event, base::kMaxPageItems);
  if (!page) return base::fail(page.error());
  for (const std::string& event : page->events) {
    const auto followed = drawing.path->follow(event);
    if (!followed) return broken(followed.error());
  }
  // Only redrives make a history longer than this.
  if (page->next && *page->next <= 2 * states::kMaxHistoryEvents) {
    drawing.next_event = *page->next;
    return false;
  }
  render(drawing);
  return true;
}

net::Response graph_response(std::size_t type, std::string text) {
  net::Response response;
  response.status = 200;
  response.headers.add("Content-Type", type == 0 ? std::string(kTypes[0])
                                                 : std::string(kTypes[1]) + "; charset=utf-8");
  // Nothing in it runs, and nothing else is fetched.
  response.headers.add("Content-Security-Policy",
                       "default-src 'none'; style-src 'unsafe-inline'; sandbox");
  response.body = std::move(text);
  return response;
}

// Shared by the query and by whoever hears of its answer.
void draw(app::Backend& backend, const std::shared_ptr<Drawing>& drawing) {
  app::Answer<bool> answer = [&backend, drawing](base::Result<bool> drawn) {
    if (!drawn) return respond_error(std::move(drawing->exchange), drawn.error());
    if (!*drawn) return draw(backend, drawing);
    respond(std::move(drawing->exchange),
            [type = drawing->type, text = std::move(drawing->text)](Exchange&) mutable {
              return graph_response(type, std::move(text));
            });
  };
  app::read(backend, std::move(answer),
            [drawing](const ports::Reads& reads) { return go_on(*drawing, reads); });
}

}  // namespace

void get_graph(Context& context, ExchangePtr exchange) {
  base::Result<QueryParameters> parameters = parse_query(exchange->request.query);
  if (!parameters) return respond_error(std::move(exchange), parameters.error());
  GraphRequest wanted;
  std::vector<base::FieldError> errors =
      set_parameters(wanted, std::span<const KnownParameter<GraphRequest>>(kOfGraphs), *parameters);
  if (!errors.empty()) return respond_error(std::move(exchange), bad_query(std::move(errors)));
  std::string room;
  const std::string_view accept = exchange->request.headers.list("Accept", room);
  if (!wanted.type) {
    wanted.type = preferred(accept, kTypes);
  } else if (!accepts(accept, kTypes.at(*wanted.type))) {
    wanted.type.reset();
  }
  if (!wanted.type) {
    return respond_problem(std::move(exchange),
                           {406, "not_acceptable",
                            fmt::format("the answer is {} or {}; Accept excludes what is asked for",
                                        kTypes[0], kTypes[1])});
  }
  auto drawing = std::make_shared<Drawing>();
  drawing->id = domain::ExecutionId(exchange->id);
  drawing->exchange = std::move(exchange);
  drawing->type = *wanted.type;
  draw(context.backend, drawing);
}

}  // namespace ordo::api
