# Job classes for a Sidekiq process; it logs errors only, and looks for due jobs each second instead of each five.
require "sidekiq"

class BenchNoop
  include Sidekiq::Worker

  def perform(*) = nil
end

class BenchLatency
  include Sidekiq::Worker
  SAMPLES = Queue.new

  def perform(enqueued_us, *)
    now = Process.clock_gettime(Process::CLOCK_REALTIME, :microsecond)
    SAMPLES << "#{enqueued_us} #{now} #{now}\n"
  end
end

Sidekiq.logger.level = Logger::ERROR
Sidekiq.configure_server do |config|
  config.redis = { url: ENV.fetch("DROPSHIP_REDIS_URL") }
  config.options[:poll_interval_average] = 1
  config.on(:shutdown) do
    next unless ENV["BENCH_SAMPLES"]
    File.open(ENV["BENCH_SAMPLES"], "w") { |file| file << BenchLatency::SAMPLES.pop until BenchLatency::SAMPLES.empty? }
  end
end
Sidekiq.configure_client { |config| config.redis = { url: ENV.fetch("DROPSHIP_REDIS_URL") } }
