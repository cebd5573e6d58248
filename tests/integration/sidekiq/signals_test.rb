# Signals through Redis: what Sidekiq's API sends reaches the C process within one beat; anything else is dropped.
# frozen_string_literal: true

require_relative 'support'

class SignalsTest < Minitest::Test
  include Support

  def started(*lanes)
    process = worker(*lanes)
    [process, eventually('it is seen') { Sidekiq::ProcessSet.new.find { |p| p['pid'] == process.pid } }]
  end

  def taken(process)
    eventually('all signals are taken') { redis { |c| c.exists("#{process.identity}-signals") }.zero? }
  end

  def test_quiet_stops_claims_and_lets_jobs_end
    jid = push
    order(jid, 'wait')
    process, seen = started
    ran(jid)
    seen.quiet!
    eventually('quiet within a beat', BEAT_S) { process.said?('worker.quiet') }
    go
    settled
    eventually('it says so', BEAT_S) { Sidekiq::ProcessSet.new.first.stopping? }
    later = push
    other = worker('other=1')
    3.times { ran(push('queue' => 'other')) }
    assert_equal [later], Sidekiq::Queue.new('q').map(&:jid)
    assert_nil other.ended
    assert_nil process.ended
    assert_equal 4, runs.size
  end

  def test_stop_ends_the_process_with_zero
    process, seen = started
    seen.stop!
    eventually('stopping within a beat', BEAT_S) { process.said?('worker.drain') }
    assert_equal 0, ended(process)
    assert_equal 0, Sidekiq::ProcessSet.new.size
    assert_equal 0, redis { |c| c.exists("#{seen.identity}-signals") }
  end

  def test_threads_are_shown
    jid = push
    order(jid, 'wait')
    process, seen = started
    ran(jid)
    seen.dump_threads
    eventually('shown within a beat', BEAT_S) { process.said?('worker.show') && process.log.match?(/worker\.running.*#{jid}/) }
    assert_nil process.ended
  end

  # One a beat, the oldest first.
  def test_signals_come_in_their_order
    process, seen = started
    seen.dump_threads
    seen.quiet!
    seen.stop!
    assert_equal 0, ended(process, 3 * BEAT_S)
    events = process.log.scan(/"event":"(worker\.(?:show|quiet|drain))"/).flatten
    assert_equal %w[worker.show worker.quiet worker.drain], events
  end

  STRANGE = ['KILL', 'term', 'TERM ', 'SIGTERM', 'USR2', '', '15', "TERM\u0000", 'x' * 100_000, "\xff".b, '{"signal":"TERM"}'].freeze

  def test_unknown_names_are_dropped
    STRANGE.each do |name|
      redis { |c| c.lpush('tool:1:0-signals', name) }
      assert_equal '', tool('beat', 'tool:1:0'), name[0, 20].inspect
    end
    assert_equal 0, redis { |c| c.exists('tool:1:0-signals') }
    %w[TSTP TERM TTIN].each do |name|
      redis { |c| c.lpush('tool:1:0-signals', name) }
      assert_equal name, tool('beat', 'tool:1:0')
    end
  end

  def test_an_unknown_name_does_not_harm_the_process
    process, seen = started
    redis { |c| c.lpush("#{seen.identity}-signals", 'KILL') }
    taken(seen)
    assert_equal 1, ran(push).args.first
    assert_nil process.ended
    seen.stop!
    assert_equal 0, ended(process)
  end

  def test_a_signal_for_one_does_not_reach_the_other
    first, seen = started('q=1')
    second, = started('q=1')
    seen.stop!
    assert_equal 0, ended(first)
    assert_nil second.ended
    assert_equal [second.pid], Sidekiq::ProcessSet.new.map { |p| p['pid'] }
    ran(push)
  end

  def test_a_key_of_another_type_does_not_stop_the_heartbeat
    process, seen = started
    redis { |c| c.set("#{seen.identity}-signals", 'not a list') }
    before = seen['beat']
    ran(push)
    redis { |c| c.del("#{seen.identity}-signals") }
    eventually('it beats again', 3 * BEAT_S) { Sidekiq::ProcessSet.new.first['beat'] > before }
    assert_nil process.ended
  end

  # The beat does not follow the lease.
  def test_a_long_lease_does_not_delay_a_signal
    process = worker_with('DROPSHIP_LEASE_MS' => '120000')
    seen = eventually('it is seen') { Sidekiq::ProcessSet.new.first }
    seen.quiet!
    eventually('quiet within a beat', BEAT_S) { process.said?('worker.quiet') }
  end
end
