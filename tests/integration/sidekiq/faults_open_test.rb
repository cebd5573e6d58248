# Conformance faults that are known and not mended yet.  Not part of the suite: each of these fails, and moves to the file of
# its subject when it does not any more.  By hand: ruby faults_open_test.rb QUEUE_TOOL WORKER_UNDER_TEST DROPSHIP
# frozen_string_literal: true

require_relative 'support'
require_relative 'browser'

class FaultsOpenTest < Minitest::Test
  include Support

  # worker/core/run.c parses args with jansson, which knows no integer beyond 64 bits, no real beyond a double and no half of a
  # surrogate pair: such a job ends as BadArguments, although enqueue takes it and Ruby runs it.
  { integer: '[12345678901234567890]', real: '[1E400]', surrogate: '["\ud800"]' }.each do |name, text|
    define_method("test_args_with_a_#{name}_beyond_c_reach_the_handler") do
      worker
      jid = tool('enqueue', 'q', 'shop.job', text, 0)
      settled
      assert_equal [text], runs(jid).map(&:raw)
    end
  end

  # The same parser decides whether foreign JSON is wrapped: these stay bare in dead, and every page and loop over dead breaks.
  { integer: '9' * 30, real: '1e999' }.each do |name, text|
    define_method("test_a_bare_#{name}_beyond_c_leaves_dead_readable") do
      worker
      redis { |c| c.lpush('queue:q', text) }
      eventually('it is dead') { redis { |c| c.zcard('dead') } == 1 }
      assert_equal ['BadPayload'], Sidekiq::DeadSet.new.map(&:klass)
      Browser.new.get('/morgue')
    end
  end

  # common/queue/job_mark.c keeps members of foreign jobs that break the pages of retry and dead.
  { 'a text for tags' => ['"tags":"x"', '/retries'], 'a time as text' => ['"created_at":"2026-01-01","enqueued_at":"x"', nil],
    'a backtrace as text' => ['"error_backtrace":"x"', nil] }.each do |name, (members, page)|
    define_method("test_#{name} leaves the pages of retry readable") do
      worker
      order('a' * 24, 'fail no')
      redis { |c| c.lpush('queue:q', "{\"class\":\"shop.job\",\"args\":[],\"jid\":\"#{'a' * 24}\",#{members}}") }
      entry = eventually('it waits for a retry') { Sidekiq::RetrySet.new.first }
      Browser.new.get(page || "/retries/#{entry.score}-#{entry.jid}")
    end
  end

  # worker/core/lane_fetch.c: a claim that waits at the server when quiet comes still brings a job, up to two seconds later, and
  # it is run; Sidekiq puts such a job back.
  def test_a_quiet_process_claims_nothing_from_that_moment
    process = worker
    eventually('it is seen') { Sidekiq::ProcessSet.new.first }
    process.kill('TSTP')
    eventually('quiet') { process.said?('worker.quiet') }
    jid = push
    eventually('its claim is over') { redis { |c| c.client(:list) }.none? { |client| client['cmd'] == 'blmove' } }
    assert_equal [jid], Sidekiq::Queue.new('q').map(&:jid)
  end
end
