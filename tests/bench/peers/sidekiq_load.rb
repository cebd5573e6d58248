# single N | bulk N | rate PER_SECOND SECONDS | later N MS
require "json"
require_relative "sidekiq_jobs"

PADDING = "x" * 30

def now = Process.clock_gettime(Process::CLOCK_REALTIME, :microsecond)

def push_bulk(count, extra = {})
  count.times.each_slice(1000) do |slice|
    Sidekiq::Client.push_bulk({ "class" => BenchNoop, "args" => slice.map { |i| [i, PADDING] } }.merge(extra))
  end
end

def at_rate(per_second, seconds)
  from = Process.clock_gettime(Process::CLOCK_MONOTONIC)
  (per_second * seconds).times do |i|
    pause = from + i.fdiv(per_second) - Process.clock_gettime(Process::CLOCK_MONOTONIC)
    sleep pause if pause.positive?
    BenchLatency.perform_async(now, PADDING)
  end
  per_second * seconds
end

mode, *numbers = ARGV
first, second = numbers.map { |text| Float(text).to_i }
Sidekiq.redis(&:ping)
result = {}
started = now
jobs = first
case mode
when "single" then first.times { |i| BenchNoop.perform_async(i, PADDING) }
when "bulk" then push_bulk(first)
when "rate" then jobs = at_rate(first, second)
when "later"
  result["due_us"] = now + second * 1000
  # Distinct times within a millisecond or so: equal scores are a hazard to Sidekiq's own buttons.
  push_bulk(first, "at" => result["due_us"] / 1e6)
else abort "no such mode: #{mode}"
end
puts JSON.generate(result.merge("jobs" => jobs, "seconds" => (now - started) / 1e6))
