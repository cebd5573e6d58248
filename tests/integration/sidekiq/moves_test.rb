# Our command line moves, stops and marks; Sidekiq's classes read what it left behind, and the bytes of arguments stay.
# frozen_string_literal: true

require_relative 'support'
require_relative 'browser'

class MovesTest < Minitest::Test
  include Support

  ARGS = "[1e-7,-0.0,12345678901234567890,\"\u2028 😀 \\u00e9 \\ud83d\\ude00\",{\"a\":1,\"a\":[]},1E400]"

  def put(count, set, error = nil)
    redis { |c| c.sadd('queues', 'q') }
    now = Time.now.to_f
    Array.new(count) do |n|
      jid = SecureRandom.hex(12)
      failure = error ? ",\"error_class\":\"#{error}\",\"error_message\":\"m\",\"failed_at\":#{now - 50},\"retry_count\":0" : ''
      text = "{\"retry\":true,\"queue\":\"q\",\"class\":\"raw.job\",\"args\":#{ARGS},\"jid\":\"#{jid}\"," \
             "\"created_at\":#{now - 60},\"enqueued_at\":#{now - 55}#{failure}}"
      redis { |c| set == 'queue:q' ? c.lpush(set, text) : c.zadd(set, now - 50 + n * 0.001, text) }
      jid
    end
  end

  def all_args(payloads)
    payloads.map { |payload| raw_args(payload).b }.uniq
  end

  def test_retry_of_many_is_seen_by_ruby_and_keeps_the_bytes
    few = put(40, 'dead', 'TemporaryError') + put(260, 'dead', 'Refused')
    cli('retry', '--state', 'dead', '--error', 'TemporaryError')
    queue = Sidekiq::Queue.new('q')
    assert_equal few[0, 40].sort, queue.map(&:jid).sort
    assert_equal 260, Sidekiq::DeadSet.new.size
    cli('retry', '--all')
    assert_equal few.sort, queue.map(&:jid).sort
    assert_equal [ARGS.b], all_args(queue.map(&:value))
    queue.each { |job| assert_match(/"enqueued_at":\d{10}\.\d+[,}]/, job.value) }
    worker
    eventually('all ran') { runs.size == 300 }
    assert_equal [ARGS.b], runs.map { |run| run.raw.b }.uniq
  end

  def test_kill_and_delete_of_many
    jids = put(120, 'queue:q')
    cli('kill', '--state', 'waiting', '--queue', 'q')
    dead = Sidekiq::DeadSet.new
    assert_equal jids.sort, dead.map(&:jid).sort
    assert_equal [ARGS.b], all_args(dead.map(&:value))
    scores = stored('dead').map(&:last)
    assert_equal scores.uniq.size, scores.size, 'no two share a score'
    Browser.new.then { |web| ['/morgue', '/morgue?page=3', "/morgue/#{dead.first.score}-#{dead.first.jid}"].each { |page| web.get(page) } }
    cli('delete', '--state', 'dead', '--limit', '20')
    assert_equal 100, Sidekiq::DeadSet.new.size
    cli('retry', '--all')
    assert_equal 100, Sidekiq::Queue.new('q').size
    assert_equal [ARGS.b], all_args(Sidekiq::Queue.new('q').map(&:value))
  end

  def test_quiet_and_stop_through_the_command_line_are_those_of_sidekiq
    process = worker
    seen = eventually('it is seen') { Sidekiq::ProcessSet.new.first }
    cli('quiet', seen.identity)
    assert_equal ['TSTP'], redis { |c| c.lrange("#{seen.identity}-signals", 0, -1) }
    assert_includes 1..60, redis { |c| c.ttl("#{seen.identity}-signals") }
    eventually('quiet within a beat', BEAT_S) { process.said?('worker.quiet') }
    eventually('Ruby sees it', BEAT_S) { Sidekiq::ProcessSet.new.first.stopping? }
    cli('stop-worker', '--all')
    assert_equal 0, ended(process)
    assert_equal 0, Sidekiq::ProcessSet.new.size
  end

  def test_a_unique_job_with_an_end_is_an_ordinary_one_for_readers
    first = cli('enqueue', 'noop', '[1]', '--queue', 'default', '--unique-for', '60', '--expires-in', '3600')
    job = Sidekiq::Queue.new('default').first
    assert_equal [first['jid'], 'noop', [1]], [job.jid, job.klass, job.args]
    ours = job.item.keys - %w[retry queue class args jid created_at enqueued_at]
    assert_empty(ours.reject { |name| name.start_with?('dropship_') || %w[unique_for unique_until expires_in].include?(name) })
    web = Browser.new
    web.get('/queues/default')
    assert_equal ['default'], Sidekiq::Queue.all.map(&:name)
    locks = redis { |c| c.scan_each(match: 'dropship:unique:*').map { |key| [c.get(key), c.ttl(key)] } }
    assert_equal [[first['jid'], true]], locks.map { |jid, ttl| [jid, (1..60).cover?(ttl)] }
    assert_raises(RuntimeError) { cli('enqueue', 'noop', '[1]', '--queue', 'default', '--unique-for', '60') } if refuses_duplicates?
    assert_equal 1, Sidekiq::Queue.new('default').size
    web.press('/queues/default', 'delete', action: '/queues/default/delete', where: { 'key_val' => job.value })
    assert_equal 0, Sidekiq::Queue.new('default').size
  end

  # Whether a duplicate is told by the exit code; either way nothing is pushed.
  def refuses_duplicates?
    _, _, status = Open3.capture3(OURS, CLI, 'enqueue', 'noop', '[1]', '--queue', 'default', '--unique-for', '60', '--json')
    !status.success?
  end

  def test_a_request_to_cancel_is_the_one_that_sidekiq_writes
    jid = push
    cli('cancel', jid)
    hash = redis { |c| c.hgetall("it-#{jid}") }
    assert_equal ['cancelled'], hash.keys
    assert_match(/\A\d{10}\z/, hash['cancelled'])
    assert_in_delta 30 * 24 * 3600, redis { |c| c.ttl("it-#{jid}") }, 60
    Browser.new.get('/queues/q')
  end

  # 8.1.2 and later read the hash's field, all before it the info object.
  def test_threads_changed_while_it_runs_are_seen_by_every_reader
    worker('q=2', 'other=1')
    seen = eventually('it is seen') { Sidekiq::ProcessSet.new.first }
    assert_equal 3, seen['concurrency']
    cli('scale', 'q=6')
    eventually('the field says so', 2 * BEAT_S) { redis { |c| c.hget(seen.identity, 'concurrency') } == '7' }
    assert_equal 7, Sidekiq::ProcessSet.new.first['concurrency'], 'the info object does not'
    assert_equal 7, Sidekiq::ProcessSet.new.total_concurrency
    Browser.new.get('/busy')
  end

  def test_a_job_that_is_late_or_was_cancelled_is_not_started_and_leaves_nothing
    late = SecureRandom.hex(12)
    now = Time.now.to_f
    redis { |c| c.lpush('queue:q', { class: 'shop.job', args: [], jid: late, created_at: now - 100, enqueued_at: now - 90, expires_in: 50 }.to_json) }
    cancelled = push
    cli('cancel', cancelled)
    worker
    ran(push)
    settled
    assert_equal [], runs.map { |run| run['jid'] } & [late, cancelled]
    stats = Sidekiq::Stats.new
    assert_equal [0, 0, 0, 0], [stats.enqueued, stats.retry_size, stats.dead_size, stats.failed]
    Browser.new.get('/')
  end
end
