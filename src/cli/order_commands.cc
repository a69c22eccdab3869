#include "cli/order_commands.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/percent.h"
#include "cli/common.h"
#include "cli/items.h"
#include "cli/order_stream.h"
#include "cli/table.h"
#include "cli/task_text.h"

namespace ordo::cli {
namespace {

struct OrderSubmission {
  Target target;
  std::string file;
  long retry_seconds = 30;
};

int submit_from(std::FILE* input, const OrderSubmission& given, const Environment& environment) {
  OrderStreamOptions options;
  options.retry_for = std::chrono::seconds(given.retry_seconds);
  struct stat state{};
  if (fstat(fileno(input), &state) == 0 && S_ISREG(state.st_mode)) {
    options.total_bytes = static_cast<std::uint64_t>(state.st_size);
  }
  Remote remote(given.target.url);
  const OrderStreamOutcome outcome = submit_orders(input, remote, environment, options);
  const bool complete = outcome.stopped.empty();
  if (given.target.json) {
    std::string expires_at = "null";
    if (!outcome.expires_at.empty()) {
      expires_at.clear();
      base::append_json_string(expires_at, outcome.expires_at);
    }
    fmt::print("{{\"accepted\":{},\"expires_at\":{},\"complete\":{}}}\n", outcome.accepted,
               expires_at, complete);
  } else if (outcome.expires_at.empty()) {
    fmt::print("0 accepted\n");
  } else {
    fmt::print("{} accepted, kept until {}\n", outcome.accepted, one_line(outcome.expires_at));
  }
  if (!complete) tell(outcome.stopped);
  return complete ? kDone : kFailed;
}

int submit_orders(const OrderSubmission& given, const Environment& environment) {
  if (given.file == "-") return submit_from(stdin, given, environment);
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(given.file.c_str(), "re"),
                                                             std::fclose);
  if (!file) {
    return complain_of_usage(
        {base::ErrorCode::invalid,
         fmt::format("{} cannot be read: {}", given.file, std::strerror(errno))});
  }
  return submit_from(file.get(), given, environment);
}

void add_order_submit(CLI::App& order, const Environment& environment, std::function<int()>& run) {
  CLI::App* const command = order.add_subcommand(
      "submit", "Hand in orders from a file: a JSON array, or JSON objects, one a line");
  const auto given = add_choices<OrderSubmission>(*command, environment);
  command->add_option("FILE", given->file, "the file; - is standard input")->required();
  command
      ->add_option("--retry-for", given->retry_seconds,
                   "seconds to go on while the server is busy or away")
      ->check(CLI::Range(0L, 86'400L))
      ->capture_default_str();
  command->footer(
      "A thousand at once are accepted, all or none. It is safe to submit a file again: what is\n"
      "there already stays as it is.\n"
      "Example:\n"
      "  echo '[{\"record_id\":\"r-1\",\"parameter_1\":\"abc\",\"parameter_2\":4}]' | "
      "ordo order submit -\n");
  command->callback([given, &environment, &run] {
    run = [given, &environment] { return submit_orders(*given, environment); };
  });
}

struct OrderListing {
  Target target;
  Paging paging;
  std::string status;
};

void add_order_list(CLI::App& order, const Environment& environment, std::function<int()>& run) {
  CLI::App* const command = order.add_subcommand("list", "List orders, newest first");
  const auto given = add_choices<OrderListing>(*command, environment);
  command->add_option("--status", given->status)
      ->check(CLI::IsMember(std::vector<std::string>{"pending", "accepted", "rejected"}));
  add_paging_options(*command, given->paging);
  command->callback([given, &environment, &run] {
    run = [given, &environment] {
      const std::vector<Column> columns{{"ACCEPTED", "accepted_at"},
                                        {"RECORD", "record_id"},
                                        {"STATUS", "status"},
                                        {"PARAMETER_2", "parameter_2"},
                                        {"PARAMETER_1", "parameter_1"}};
      return print_items(given->target, {.path = "/orders", .query = {{"status", given->status}}},
                         columns, given->paging, environment);
    };
  });
}

struct NamedOrder {
  Target target;
  std::string id;
};

void add_order_show(CLI::App& order, const Environment& environment, std::function<int()>& run) {
  CLI::App* const command = order.add_subcommand("show", "Show one order");
  const auto given = add_choices<NamedOrder>(*command, environment);
  command->add_option("RECORD", given->id, "its record_id")->required()->check(not_empty());
  command->callback([given, &run] {
    run = [given] {
      return ask_and_print(given->target, {.path = "/orders/" + base::percent_encode(given->id)},
                           object_text);
    };
  });
}

}  // namespace

void add_order_commands(CLI::App& app, const Environment& environment, std::function<int()>& run) {
  CLI::App* const order = app.add_subcommand("order", "Hand in, list and show orders");
  order->require_subcommand(1);
  add_order_submit(*order, environment, run);
  add_order_list(*order, environment, run);
  add_order_show(*order, environment, run);
}

}  // namespace ordo::cli
