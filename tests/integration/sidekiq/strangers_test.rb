# What strangers write that a C program, or Sidekiq's own pages, could stumble over; and what a quiet process leaves alone.
# frozen_string_literal: true

require_relative 'support'
require_relative 'browser'

class StrangersTest < Minitest::Test
  include Support

  # jansson knows no integer beyond 64 bits, no real beyond a double and no half of a surrogate pair; Ruby runs such jobs.
  { integer: '[12345678901234567890]', real: '[1E400]', surrogate: '["\ud800"]' }.each do |name, text|
    define_method("test_args_with_a_#{name}_beyond_c_reach_the_handler") do
      worker
      jid = tool('enqueue', 'q', 'shop.job', text, 0)
      settled
      assert_equal [text], runs(jid).map(&:raw)
    end
  end

  # Bare in dead they would break every page and loop over it.
  { integer: '9' * 30, real: '1e999' }.each do |name, text|
    define_method("test_a_bare_#{name}_beyond_c_leaves_dead_readable") do
      worker
      redis { |c| c.lpush('queue:q', text) }
      eventually('it is dead') { redis { |c| c.zcard('dead') } == 1 }
      assert_equal ['BadPayload'], Sidekiq::DeadSet.new.map(&:klass)
      Browser.new.get('/morgue')
    end
  end

  # Members of foreign jobs that break the pages of retry and dead.
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

  # A claim that waits at the server when quiet comes may still bring a job; it goes back, as in Sidekiq.
  def test_a_quiet_process_claims_nothing_from_that_moment
    process = worker
    eventually('it is seen') { Sidekiq::ProcessSet.new.first }
    process.kill('TSTP')
    eventually('quiet') { process.said?('worker.quiet') }
    jid = push
    eventually('its claim is over') { redis { |c| c.client(:list) }.none? { |client| client['cmd'] == 'blmove' } }
    eventually('the job is back') { Sidekiq::Queue.new('q').map(&:jid) == [jid] }
    assert_empty runs(jid)
  end
end
