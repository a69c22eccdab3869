#include "app/service_calls.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "app/execution_text.h"
#include "app/http_call.h"
#include "base/digest.h"
#include "base/text.h"
#include "domain/execution_rules.h"

namespace ordo::app {
std::string function_name(std::string_view name_or_arn) {
  const std::vector<std::string_view> parts = base::split(name_or_arn, ':');
  const auto function = std::ranges::find(parts, "function");
  if (function != parts.end() && function + 1 != parts.end()) return std::string(*(function + 1));
  return std::string(parts.front());
}

std::string last_part(std::string_view name_or_arn) {
  const std::size_t at = name_or_arn.find_last_of(":/");
  return std::string(at == std::string_view::npos ? name_or_arn : name_or_arn.substr(at + 1));
}

std::string call_name(const ResourceCall& call) {
  return base::hex_digest(base::HashAlgorithm::sha256, call.token).substr(0, 32);
}

const ServiceCalls::Row* ServiceCalls::find_row(const states::Resource& resource) {
  static constexpr std::array<Row, 13> kRows{{
      {"lambda", "invoke", &ServiceCalls::invoke, false, true},
      {"sqs", "sendMessage", &ServiceCalls::send_message, false, true},
      {"sns", "publish", &ServiceCalls::publish, false, true},
      {"aws-sdk:s3", "putObject", &ServiceCalls::put_object},
      {"aws-sdk:s3", "getObject", &ServiceCalls::get_object},
      {"s3", "getObject", &ServiceCalls::get_object, false, false, Role::reader},
      {"s3", "listObjectsV2", &ServiceCalls::list_objects, false, false, Role::reader},
      {"s3", "putObject", &ServiceCalls::put_object, false, false, Role::writer},
      {"dynamodb", "getItem", &ServiceCalls::get_item},
      {"dynamodb", "putItem", &ServiceCalls::put_item},
      {"dynamodb", "updateItem", &ServiceCalls::update_item},
      {"states", "startExecution", &ServiceCalls::start_execution, true, true},
      {"http", "invoke", &ServiceCalls::call_http},
  }};
  const auto* row = std::ranges::find_if(kRows, [&](const Row& one) {
    return one.service == resource.service && one.action == resource.action;
  });
  if (row == kRows.end()) return nullptr;
  if (resource.waiting == states::Waiting::sync && !row->takes_sync) return nullptr;
  if (resource.waiting == states::Waiting::token && !row->takes_token) return nullptr;
  return row;
}

base::Result<void> check_resources(const states::Machine& machine, const Callable& there) {
  std::vector<base::FieldError> faults = check_http_connections(machine, there.connections);
  each_state(machine, [&](const states::State& state, const std::string& pointer) {
    const auto check = [&](const states::Resource& resource, ServiceCalls::Role role,
                           const std::string& at) {
      const auto* row = ServiceCalls::find_row(resource);
      const bool known = resource.is_function()
                             ? there.functions.contains(function_name(resource.action))
                             : row != nullptr && row->role == role;
      if (known) return;
      faults.push_back(
          {at + "/Resource", "unknown_resource",
           resource.is_function()
               ? fmt::format("there is no function \"{}\"", function_name(resource.action))
               : fmt::format("\"{}\" is not a service that ordo has here", resource.text)});
    };
    if (const auto* task = std::get_if<states::TaskState>(&state.of)) {
      check(task->resource, ServiceCalls::Role::task, pointer);
    } else if (const auto* map = std::get_if<states::MapState>(&state.of)) {
      if (map->reader) {
        check(map->reader->resource, ServiceCalls::Role::reader, pointer + "/ItemReader");
      }
      if (map->writer) {
        check(map->writer->resource, ServiceCalls::Role::writer, pointer + "/ResultWriter");
      }
    }
  });
  if (faults.empty()) return {};
  std::string message = fmt::format("{}: {}", faults.front().pointer, faults.front().message);
  return base::fail({base::ErrorCode::invalid, std::move(message), std::move(faults)});
}

namespace {

// What AWS's clients add to the answers of the services that it calls in their own way.
std::string with_metadata(const ResourceCall& call, std::string output) {
  const std::string& service = call.resource->service;
  if (service.ends_with("s3") || service == "http") return output;
  output.pop_back();
  if (!output.ends_with('{')) output.push_back(',');
  output += R"("SdkHttpMetadata":{"HttpStatusCode":200},"SdkResponseMetadata":{"RequestId":")";
  output += call_name(call);
  return output += R"("}})";
}

}  // namespace

void ServiceCalls::tell_done(const ResourceCall& call, const OnResourceOutcome& answer,
                             std::string output) {
  output = with_metadata(call, std::move(output));
  if (call.resource->waiting == states::Waiting::token) {
    answer(CallUnderWay{std::move(output)});
  } else {
    answer(CallDone{std::move(output)});
  }
}

void ServiceCalls::Order::fail(std::string error, std::string cause) const {
  answer(CallNotDone{{std::move(error), std::move(cause)}});
}

void ServiceCalls::Order::missing(std::string_view name) const {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 5> kExceptions{{
      {"dynamodb", "DynamoDB.AmazonDynamoDBException"},
      {"lambda", "Lambda.AWSLambdaException"},
      {"sns", "SNS.AmazonSNSException"},
      {"sqs", "SQS.AmazonSQSException"},
      {"states", "StepFunctions.AWSStepFunctionsException"},
  }};
  const auto* row = std::ranges::find(kExceptions, call.resource->service,
                                      &std::pair<std::string_view, std::string_view>::first);
  fail(std::string(row == kExceptions.end() ? "S3.S3Exception" : row->second),
       fmt::format("the parameter \"{}\" is missing, or is not of the kind that is wanted here",
                   name));
}

void ServiceCalls::call(ResourceCall call, OnResourceOutcome answer) {
  const states::Resource& resource = *call.resource;
  if (resource.is_function()) {
    std::string payload = call.parameters;
    return call_function(std::move(call), std::move(answer), function_name(resource.action),
                         std::move(payload), false);
  }
  const Row* const row = find_row(resource);
  if (row == nullptr) {
    return answer(CallNotDone{
        {states::kRuntime, fmt::format("\"{}\" is not a service that ordo has", resource.text)},
        true});
  }
  base::Result<CallParameters> parameters = CallParameters::parse(call.parameters);
  if (!parameters) {
    return answer(CallNotDone{
        {states::kRuntime, "the parameters are no JSON object: " + parameters.error().message},
        true});
  }
  (this->*row->perform)({std::move(call), std::move(*parameters), std::move(answer)});
}

void ServiceCalls::call_function(ResourceCall call, OnResourceOutcome answer,
                                 const std::string& name, std::string payload, bool wrapped) {
  ports::InvocationId id;
  {
    const std::lock_guard lock(mutex_);
    id = ports::InvocationId(++last_call_);
    invocations_[call.token] = id;
  }
  ports::FunctionCall wanted;
  wanted.id = id;
  wanted.function = name;
  wanted.payload = std::move(payload);
  wanted.key = call.token;
  wanted.answer = [this, call = std::move(call), answer = std::move(answer),
                   wrapped](ports::CallOutcome outcome) {
    {
      const std::lock_guard lock(mutex_);
      invocations_.erase(call.token);
    }
    if (!outcome) {
      ports::CallFault& fault = outcome.error();
      if (wrapped) {
        // The service reads the function's error, and writes it again.
        if (auto compact = base::compact_json(fault.cause)) fault.cause = std::move(*compact);
      }
      return answer(CallNotDone{{std::move(fault.error), std::move(fault.cause)}});
    }
    if (!wrapped) return answer(CallDone{std::move(*outcome)});
    tell_done(
        call, answer,
        fmt::format(R"({{"ExecutedVersion":"$LATEST","Payload":{},"StatusCode":200}})", *outcome));
  };
  parts_.host.call(std::move(wanted));
}

void ServiceCalls::give_up(const std::string& token) {
  std::optional<ports::InvocationId> id;
  std::optional<domain::ExecutionId> inner;
  {
    const std::lock_guard lock(mutex_);
    if (const auto place = invocations_.find(token); place != invocations_.end()) {
      id = place->second;
    } else if (const auto begins = inner_.find(token); begins != inner_.end()) {
      begins->second.given_up = true;
      inner = begins->second.id;
      if (!inner) return;
    }
  }
  if (id) return parts_.host.cancel(*id, std::nullopt);
  if (inner) return stop_inner(std::move(*inner));
  if (parts_.http != nullptr) parts_.http->cancel(token);
}

void ServiceCalls::invoke(const Order& order) {
  const auto name = order.parameters.text("FunctionName");
  if (!name) return order.missing("FunctionName");
  auto payload = order.parameters.document("Payload");
  if (!payload) {
    return order.fail("Lambda.InvalidRequestContentException",
                      "Could not parse request body into json: " + payload.error().message);
  }
  call_function(order.call, order.answer, function_name(*name), payload->value_or("{}"), true);
}

void ServiceCalls::commit(const Order& order, ports::Write write,
                          std::function<void(const Order&, ports::WriteAnswer&)> outcome) {
  std::vector<ports::Write> writes;
  writes.push_back(std::move(write));
  parts_.backend.committer.submit(
      std::move(writes), [order, outcome = std::move(outcome)](base::Result<Committed> committed) {
        if (!committed) return order.fail("ServiceUnavailable", committed.error().message);
        outcome(order, committed->answers[0]);
      });
}

namespace {

std::string start_fault(base::ErrorCode code) {
  switch (code) {
    case base::ErrorCode::conflict:
      return "StepFunctions.ExecutionAlreadyExistsException";
    case base::ErrorCode::not_found:
      return "StepFunctions.StateMachineDoesNotExistException";
    case base::ErrorCode::invalid:
      return "StepFunctions.InvalidExecutionInputException";
    default:
      return "ServiceUnavailable";
  }
}

}  // namespace

void ServiceCalls::start_execution(const Order& order) {
  const auto machine = order.parameters.text("StateMachineArn");
  if (!machine) return order.missing("StateMachineArn");
  Executions::StartOrder start;
  start.pipeline = domain::PipelineName(last_part(*machine));
  // The same call made again starts the same execution.
  start.name = order.parameters.text("Name").value_or(call_name(order.call));
  if (const auto fault = domain::check_execution_name(start.name)) {
    return order.fail("StepFunctions.InvalidNameException", fault->message);
  }
  auto input = order.parameters.document("Input");
  if (!input) {
    return order.fail("StepFunctions.InvalidExecutionInputException", input.error().message);
  }
  start.input = input->value_or("{}");
  const bool waits = order.call.resource->waiting == states::Waiting::sync;
  start.answer = [this, order, waits](const base::Result<Executions::Started>& started) {
    if (!started) {
      if (waits) inner_ended(order.call.token);
      return order.fail(start_fault(started.error().code), started.error().message);
    }
    if (waits) inner_begun(order.call.token, started->record);
    std::string output = execution_started_json(started->record);
    if (waits) {
      order.answer(CallUnderWay{with_metadata(order.call, std::move(output))});
    } else {
      order.done(output);
    }
  };
  if (waits) {
    start.parent = order.call.token;
    {
      const std::lock_guard lock(mutex_);
      inner_.try_emplace(order.call.token);
    }
    start.on_end = [this, order](const ports::ExecutionRecord& record) {
      inner_ended(order.call.token);
      if (record.status == states::Status::succeeded) {
        return order.answer(CallDone{execution_ended_json(record, order.call.resource->sync_2)});
      }
      order.fail("States.TaskFailed", execution_ended_json(record, false));
    };
  }
  executions_.load()->start(std::move(start));
}

void ServiceCalls::inner_begun(const std::string& token, const ports::ExecutionRecord& record) {
  {
    const std::lock_guard lock(mutex_);
    const auto inner = inner_.find(token);
    if (inner == inner_.end()) return;  // it has ended
    // One that somebody else has begun is theirs.
    if (record.parent != token) {
      inner_.erase(inner);
      return;
    }
    inner->second.id = record.id;
    if (!inner->second.given_up) return;
  }
  stop_inner(record.id);
}

void ServiceCalls::inner_ended(const std::string& token) {
  const std::lock_guard lock(mutex_);
  inner_.erase(token);
}

void ServiceCalls::stop_inner(domain::ExecutionId id) {
  executions_.load()->stop(std::move(id), Executions::nobody_waits(), nullptr);
}

void ServiceCalls::call_http(const Order& order) {
  auto wanted = read_http_call(order.parameters);
  if (!wanted) return order.fail(std::move(wanted.error().error), std::move(wanted.error().cause));
  if (parts_.http == nullptr) {
    return order.fail(kNoHttpConnection, "there are no connections");
  }
  wanted->key = order.call.token;
  parts_.http->call(std::move(*wanted), [order](const ports::HttpOutcome& outcome) {
    auto output = read_http_outcome(outcome);
    if (!output) return order.fail(std::move(output.error().error), output.error().cause);
    order.done(std::move(*output));
  });
}

}  // namespace ordo::app
