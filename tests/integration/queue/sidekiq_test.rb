# Sidekiq's own Ruby client and API on the other side of the same Redis: what it pushes we run, what we leave behind it reads,
# and its Web pages show.  Usage: ruby sidekiq_test.rb QUEUE_TOOL; wants DROPSHIP_TEST_REDIS_URL.
# frozen_string_literal: true

require 'json'
require 'open3'
require 'sidekiq'
require 'sidekiq/api'
require 'sidekiq/web'
require 'rack/mock'

TOOL = ARGV.shift or abort 'usage: sidekiq_test.rb QUEUE_TOOL'
URL = (ENV['DROPSHIP_TEST_REDIS_URL'] or abort 'DROPSHIP_TEST_REDIS_URL is not set').sub(%r{/\d*\z}, '') + '/7'
Sidekiq.configure_client { |config| config.redis = { url: URL } }
Sidekiq.logger.level = Logger::ERROR
Redis.silence_deprecations = true if Redis.respond_to?(:silence_deprecations=)

require 'minitest/autorun'

class PlainJob
  include Sidekiq::Worker
  sidekiq_options queue: 'q', tags: %w[supplier price], backtrace: 5, retry: 3
end

class SidekiqTest < Minitest::Test
  HARD = [9_223_372_036_854_775_808, -12_345_678_901_234_567_890, 0.1, 1e-7, "\u2028\u2029", '😀', '<b>&/', [], {},
          (1..90).reduce([]) { |inner, _| [inner] }].freeze

  def setup
    Sidekiq.redis(&:flushdb)
  end

  def tool(*words)
    out, err, status = Open3.capture3(TOOL, URL, *words)
    raise "queue_tool #{words.join(' ')}: #{err}" unless status.success?

    JSON.parse(out)
  end

  def push(options = {})
    Sidekiq::Client.push({ 'class' => 'shop.job', 'queue' => 'q', 'args' => [1] }.merge(options))
  end

  def test_every_option_of_the_client_is_understood
    { true => 25, false => 0, 0 => 0, 7 => 7 }.each do |option, want|
      jid = push('retry' => option)
      job = tool('done', 'q')
      assert_equal [jid, 'shop.job', 'q', want], job.values_at('jid', 'class', 'queue', 'max_retries')
      assert_in_delta Time.now.to_f, job['created_us'] / 1e6, 60
      assert_in_delta Time.now.to_f, job['enqueued_us'] / 1e6, 60
    end
    push('retry' => 2, 'tags' => ['a'], 'backtrace' => true, 'dead' => false, 'retry_queue' => 'slow', 'x_custom' => { 'a' => 1 })
    assert_equal 2, tool('done', 'q')['max_retries']
    jid = PlainJob.perform_async('SKU-1', 1999)
    job = tool('done', 'q')
    assert_equal [jid, 'PlainJob', ['SKU-1', 1999], 3], job.values_at('jid', 'class', 'args', 'max_retries')
  end

  def test_bulk_pushes_run_in_their_order
    jids = Sidekiq::Client.push_bulk('class' => 'shop.job', 'queue' => 'q', 'args' => (1..5).map { |n| [n] })
    assert_equal jids, (1..5).map { tool('done', 'q')['jid'] }
  end

  def test_hard_arguments_arrive
    push('args' => HARD)
    assert_equal HARD, tool('done', 'q')['args']
  end

  def test_scheduled_by_ruby_runs_here
    jid = push('at' => Time.now.to_f + 0.05)
    assert_equal 1, Sidekiq::ScheduledSet.new.size
    moved = 0
    deadline = Process.clock_gettime(Process::CLOCK_MONOTONIC) + 10
    moved += tool('promote') while moved.zero? && Process.clock_gettime(Process::CLOCK_MONOTONIC) < deadline
    assert_equal jid, tool('done', 'q')['jid']
  end

  def test_scheduled_here_is_read_and_moved_by_ruby
    jid = tool('enqueue', 'q', 'shop.later', '[1]', '3600')
    entry = Sidekiq::ScheduledSet.new.first
    assert_equal [jid, 'shop.later', 'q', [1]], [entry.jid, entry.klass, entry.queue, entry.args]
    assert_in_delta Time.now.to_f + 3600, entry.at.to_f, 60
    assert_in_delta Time.now.to_f, entry.created_at.to_f, 60
    assert entry.add_to_queue
    assert_equal jid, tool('done', 'q')['jid']
  end

  def test_a_job_goes_round_between_ruby_and_us
    jid = push('args' => HARD, 'retry' => true)
    tool('fail', 'q', "said \"no\" – é")
    entry = Sidekiq::RetrySet.new.first
    assert_equal [jid, HARD, 'TemporaryError', "said \"no\" – é", 0],
                 [entry.jid, entry.args, entry['error_class'], entry['error_message'], entry['retry_count']]
    assert_in_delta Time.now.to_f, entry['failed_at'], 60
    assert_in_delta Time.now.to_f + 15, entry.score, 60
    first_failure = entry['failed_at']

    entry.retry
    assert_equal HARD, tool('fail', 'q', 'again')['args']
    entry = Sidekiq::RetrySet.new.first
    assert_equal [0, first_failure, 'again'], [entry['retry_count'], entry['failed_at'], entry['error_message']]
    assert_in_delta Time.now.to_f, entry['retried_at'], 60

    entry.kill
    assert_equal jid, Sidekiq::DeadSet.new.first.jid
    Sidekiq::DeadSet.new.first.retry
    assert_equal [jid, HARD], tool('done', 'q').values_at('jid', 'args')
    assert_equal 0, Sidekiq::DeadSet.new.size + Sidekiq::RetrySet.new.size
  end

  def test_dead_here_is_read_and_deleted_by_ruby
    jid = tool('enqueue', 'q', 'shop.job', '[{"a":1}]', '0')
    tool('dead', 'q', 'refused')
    entry = Sidekiq::DeadSet.new.find_job(jid)
    assert_equal [[{ 'a' => 1 }], 'refused'], [entry.args, entry['error_message']]
    assert entry.delete
    assert_equal 0, Sidekiq::DeadSet.new.size
  end

  def test_process_and_work_are_seen_and_signals_arrive
    jid = tool('enqueue', 'q', 'shop.job', '["\u2028"]', '0')
    assert_equal '', tool('beat', 'q')
    process = Sidekiq::ProcessSet.new.first
    assert_equal ['tool:1:0123456789ab', 3, 1, ['q'], 'dropship'],
                 [process.identity, process['concurrency'], process['busy'], process['queues'], process.tag]
    refute process.stopping?
    workers = Sidekiq::Workers.new
    assert_equal 1, workers.size
    workers.each do |identity, thread, work|
      assert_equal ['tool:1:0123456789ab', 't1', 'q'], [identity, thread, work['queue']]
      payload = work['payload']
      payload = JSON.parse(payload) if payload.is_a?(String) # newer versions leave it as text
      assert_equal jid, payload['jid']
      assert_in_delta Time.now.to_f, work['run_at'], 60
    end
    process.quiet!
    process.stop!
    assert_equal %w[TSTP TERM], [tool('beat', 'q'), tool('beat', 'q')]
    assert_equal 1, tool('leave', 'q')
    assert_equal 0, Sidekiq::ProcessSet.new.size
    assert_equal [jid], Sidekiq::Queue.new('q').map(&:jid)
  end

  def test_statistics_agree
    5.times { push }
    tool('done', 'q')
    tool('fail', 'q', 'm')
    tool('dead', 'q', 'm')
    stats = Sidekiq::Stats.new
    assert_equal [3, 2, 2, 1, 1], [stats.processed, stats.failed, stats.enqueued, stats.retry_size, stats.dead_size]
    assert_equal({ 'q' => 2 }, stats.queues)
    history = Sidekiq::Stats::History.new(1)
    assert_equal [3, 2], [history.processed.values.first, history.failed.values.first]
    assert_operator Sidekiq::Queue.new('q').latency, :<, 60
  end

  def test_every_web_page_answers
    Sidekiq::Web.use Rack::Session::Cookie, secret: 'x' * 64
    6.times { push }
    tool('fail', 'q', 'm')
    tool('dead', 'q', 'm')
    tool('enqueue', 'q', 'shop.job', '[1]', '60')
    tool('beat', 'q')
    browser = Rack::MockRequest.new(Sidekiq::Web)
    pages = %w[/ /busy /queues /queues/q /retries /scheduled /morgue /stats]
    { 'retries' => Sidekiq::RetrySet, 'scheduled' => Sidekiq::ScheduledSet, 'morgue' => Sidekiq::DeadSet }.each do |path, set|
      entry = set.new.first
      pages << "/#{path}/#{entry.score}-#{entry.jid}"
    end
    pages.each { |page| assert_equal 200, browser.get(page).status, page }
  end
end
