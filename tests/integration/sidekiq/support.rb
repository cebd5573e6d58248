# What the tests against Sidekiq share: the real Ruby client on one side, a real C worker on the other, one Redis database
# between them.  Usage of every *_test.rb: ruby X_test.rb QUEUE_TOOL WORKER_UNDER_TEST DROPSHIP; wants
# DROPSHIP_TEST_REDIS_URL and DROPSHIP_TEST_DATABASE_URL.
# frozen_string_literal: true

require 'json'
require 'open3'
require 'tempfile'
require 'uri'
require 'sidekiq'
require 'sidekiq/api'

TOOL, WORKER, CLI = ARGV.shift(3)
abort "usage: #{$PROGRAM_NAME} QUEUE_TOOL WORKER_UNDER_TEST DROPSHIP" if CLI.nil?
SERVER = (ENV['DROPSHIP_TEST_REDIS_URL'] or abort 'DROPSHIP_TEST_REDIS_URL is not set').sub(%r{/\d*\z}, '')
URL = "#{SERVER}/7"
DATABASE = (ENV['DROPSHIP_TEST_DATABASE_URL'] or abort 'DROPSHIP_TEST_DATABASE_URL is not set')
Sidekiq.configure_client { |config| config.redis = { url: URL } }
Sidekiq.logger.level = Logger::ERROR
Redis.silence_deprecations = true if Redis.respond_to?(:silence_deprecations=)
OURS = { 'DROPSHIP_REDIS_URL' => URL, 'DROPSHIP_DATABASE_URL' => DATABASE, 'DROPSHIP_ENV_FILE' => nil, 'CJ_API_KEY' => nil,
         'SHOPIFY_SHOP' => nil, 'SHOPIFY_BASE_URL' => nil, 'DROPSHIP_DRAIN_MS' => '3000', 'DROPSHIP_LEASE_MS' => '10000' }.freeze

require 'minitest/autorun'

class HardJob
  include Sidekiq::Worker
  sidekiq_options queue: 'q', tags: %w[supplier price], backtrace: 5, retry: 3
end

class PlainJob
  include Sidekiq::Worker
  sidekiq_options queue: 'q'
end

# One run as the C handler saw it.
Run = Struct.new(:fields, :raw, :parsed) do
  def [](name)
    fields[name]
  end

  def args
    JSON.parse(raw)
  end
end

# A C worker process.
class Worker
  attr_reader :pid

  def initialize(lanes, settings = {})
    @log = Tempfile.new('worker')
    @pid = Process.spawn(OURS.merge(settings), WORKER, *lanes, out: @log.path, err: @log.path)
  end

  def log
    File.read(@log.path).force_encoding('UTF-8').scrub
  end

  def said?(event)
    log.include?(event)
  end

  # Exit code, or nil when it still runs.
  def ended
    return @code if @code

    pid, status = Process.waitpid2(@pid, Process::WNOHANG)
    @code = status.exitstatus || -status.termsig if pid
  end

  def kill(signal = 'KILL')
    Process.kill(signal, @pid) unless ended
  end

  def end_at_once
    kill
    sleep 0.005 until ended
  end

  # What the sanitizers say.
  def faults
    log.lines.reject { |line| line.start_with?('{"time"') }.join[/^.*(?:ERROR: \w+Sanitizer|WARNING: ThreadSanitizer|: runtime error: ).{0,5000}/m]
  end
end

module Support
  SOON_S = 20
  BEAT_S = 6.5 # a heartbeat comes each 5 s; the rest is for a loaded machine

  def setup
    Support.migrate
    redis(&:flushdb)
    @workers = []
  end

  def teardown
    @workers.each(&:end_at_once)
    @workers.each { |worker| puts worker.log } if !passed? && ENV['DROPSHIP_TEST_LOGS']
    assert_empty @workers.map(&:faults).compact, 'the sanitizers found something'
  end

  def self.migrate
    @migrated ||= system(OURS, CLI, 'migrate', out: File::NULL) || abort('dropship migrate failed')
  end

  def redis(&block)
    Sidekiq.redis(&block)
  end

  # One line of JSON from the queue tool.
  def tool(*words, input: '')
    out, err, status = Open3.capture3(TOOL, URL, *words.map(&:to_s), stdin_data: input)
    raise "queue_tool #{words.join(' ')}: #{err}" unless status.success?

    JSON.parse(out, quirks_mode: true)
  end

  # What our own command line says.
  def cli(*words)
    out, err, status = Open3.capture3(OURS, CLI, *words.map(&:to_s), '--json')
    raise "dropship #{words.join(' ')}: #{err}#{out}" unless status.success?

    JSON.parse(out)
  end

  def worker(*lanes)
    @workers << Worker.new(lanes.empty? ? ['q=2'] : lanes)
    @workers.last
  end

  def worker_with(settings)
    @workers << Worker.new(['q=2'], settings)
    @workers.last
  end

  # Until the block gives something truthy.
  def eventually(what, within = SOON_S)
    deadline = Process.clock_gettime(Process::CLOCK_MONOTONIC) + within
    loop do
      found = yield
      return found if found
      flunk "#{what}: not within #{within} s" if Process.clock_gettime(Process::CLOCK_MONOTONIC) > deadline
      sleep 0.01
    end
  end

  def ended(worker, within = SOON_S)
    eventually('the worker ends', within) { worker.ended }
  end

  # What the handler of that job is to do in its next runs.
  def order(jid, *acts)
    redis { |c| c.rpush("test:do:#{jid}", acts) }
  end

  def go
    redis { |c| c.set('test:go', '1') }
  end

  # All runs so far, or those of one job.
  def runs(jid = nil)
    all = redis { |c| c.lrange('test:ran', 0, -1) }.each_slice(3).map { |f, raw, parsed| Run.new(JSON.parse(f), raw, parsed) }
    jid ? all.select { |run| run['jid'] == jid } : all
  end

  # The nth run of a job.
  def ran(jid, times = 1)
    eventually("run #{times} of #{jid}") { runs(jid)[times - 1] }
  end

  # Nothing waits in the queue and nothing is claimed.
  def settled(queue = 'q')
    eventually("#{queue} is empty and settled") do
      redis do |c|
        c.llen("queue:#{queue}").zero? && c.scan_each(match: 'dropship:claimed:*').none? { |key| key.include?(":#{queue}#") }
      end
    end
  end

  def push(options = {})
    Sidekiq::Client.push({ 'class' => 'shop.job', 'queue' => 'q', 'args' => [1] }.merge(options))
  end

  # The bytes of `args` as they stand in a stored payload: what a reader that understands JSON but keeps text would see.
  def raw_args(payload)
    start = payload.index('"args":') or return nil
    JsonText.value_at(payload, start + 7)
  end

  def stored(set)
    redis { |c| c.zrange(set, 0, -1, with_scores: true) }
  end
end

# The extent of one JSON value in a text, without reading numbers or unescaping anything.
module JsonText
  def self.value_at(text, at)
    depth = 0
    quoted = false
    i = at
    while i < text.size
      char = text[i]
      if quoted
        i += 1 if char == '\\'
        quoted = false if char == '"'
      elsif char == '"' then quoted = true
      elsif '[{'.include?(char) then depth += 1
      elsif ']}'.include?(char)
        depth -= 1
        return text[at..i] if depth.zero?
      end
      i += 1
    end
    nil
  end
end
