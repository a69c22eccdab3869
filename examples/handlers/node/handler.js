// A handler for Node: an ordinary AWS Lambda function for an SQS queue.
//
// Needs: npm install aws-lambda-ric
//
//   [queues.greetings]
//   function = "greet"
//
//   [functions.greet]
//   command = ["npx", "aws-lambda-ric", "handler.handler"]
"use strict";

exports.handler = async (event) => {
  // A record a task; its body is the task as JSON text.
  const task = JSON.parse(event.Records[0].body);
  console.log("greeting for task", task.task_id);
  if (!("name" in task.payload)) throw new TypeError("payload.name is missing");
  return { greeting: `Hello, ${task.payload.name}` };
};
