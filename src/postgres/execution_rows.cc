#include "postgres/execution_rows.h"

namespace ordo::postgres {

domain::ExecutionNumber execution_number_at(const Rows& rows, std::size_t row, int column) {
  return domain::ExecutionNumber(rows.number(row, column));
}

ports::ExecutionRecord read_execution(const Rows& rows, std::size_t row) {
  ports::ExecutionRecord record;
  record.number = execution_number_at(rows, row, 0);
  record.id = domain::ExecutionId(rows.string(row, 1));
  record.pipeline = domain::PipelineName(rows.string(row, 2));
  record.name = rows.string(row, 3);
  record.status = static_cast<states::Status>(rows.integer(row, 4));
  record.redrives = static_cast<std::uint32_t>(rows.integer(row, 5));
  record.started_at = rows.time(row, 6);
  record.stopped_at = rows.optional_time(row, 7);
  record.redriven_at = rows.optional_time(row, 8);
  record.parent = rows.optional_string(row, 9);
  record.error = rows.optional_string(row, 10);
  record.cause = rows.optional_string(row, 11);
  record.input = rows.string(row, 12);
  record.output = rows.optional_string(row, 13);
  return record;
}

}  // namespace ordo::postgres
