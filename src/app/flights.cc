#include "app/flights.h"

#include <utility>

namespace ordo::app {

Flight& Flights::add(Flight flight) {
  const std::uint64_t id = flight.id.value();
  index(flight);
  return flights_.insert_or_assign(id, std::move(flight)).first->second;
}

void Flights::index(const Flight& flight) {
  for (const FlightTask& task : flight.tasks) by_task_[task.sequence.value()] = flight.id.value();
}

void Flights::remove(ports::InvocationId id) {
  const auto found = flights_.find(id.value());
  if (found == flights_.end()) return;
  for (const FlightTask& task : found->second.tasks) by_task_.erase(task.sequence.value());
  flights_.erase(found);
}

Flight* Flights::find(ports::InvocationId id) {
  const auto found = flights_.find(id.value());
  return found == flights_.end() ? nullptr : &found->second;
}

Flight* Flights::with_task(domain::Sequence sequence) {
  const auto found = by_task_.find(sequence.value());
  return found == by_task_.end() ? nullptr : find(ports::InvocationId(found->second));
}

}  // namespace ordo::app
