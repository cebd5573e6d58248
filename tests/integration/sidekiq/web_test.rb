# Sidekiq::Web over our data: every page answers in every state, and every button does to Redis what it says, after which our
# worker acts rightly.
# frozen_string_literal: true

require_relative 'support'
require_relative 'browser'

class WebTest < Minitest::Test
  include Support

  PAGES = %w[/ /?days=1 /?days=180 /busy /queues /retries /scheduled /morgue /stats /stats/queues].freeze
  SETS = { 'retries' => Sidekiq::RetrySet, 'scheduled' => Sidekiq::ScheduledSet, 'morgue' => Sidekiq::DeadSet }.freeze
  SCRIPT = '<script>alert(1)</script>'

  def setup
    super
    @web = Browser.new
  end

  def key(entry)
    "#{entry.score}-#{entry.jid}"
  end

  # Every page there is; details of every entry that has a jid.
  def every_page
    PAGES.each { |page| @web.get(page) }
    pages = Sidekiq::Queue.all.flat_map { |q| ["/queues/#{q.name}", "/queues/#{q.name}?direction=asc", "/queues/#{q.name}?page=2"] }
    SETS.each do |path, set|
      pages << "/#{path}?page=2"
      set.new.each { |entry| pages << "/#{path}/#{key(entry)}" if entry.jid }
    end
    pages.map { |page| [page, @web.get(page)] }.to_h
  end

  def one_job(*acts, **options)
    jid = SecureRandom.hex(12)
    order(jid, *acts) unless acts.empty?
    push({ 'jid' => jid, 'retry' => 5 }.merge(options.transform_keys(&:to_s)))
    jid
  end

  def in_retry(count = 1)
    worker if @workers.empty?
    jids = Array.new(count) { one_job('fail no', tags: %w[a b]) }
    eventually('they wait for a retry') { redis { |c| c.zcard('retry') } == count }
    # Far away, or a worker moves them when they are due and no scheduler does.
    redis { |c| c.zrange('retry', 0, -1).each { |job| c.zincrby('retry', 3600, job) } }
    jids
  end

  def in_dead(count = 1)
    worker if @workers.empty?
    jids = Array.new(count) { one_job('die no') }
    eventually('they are dead') { redis { |c| c.zcard('dead') } == count }
    jids
  end

  def entry(set, jid)
    set.new.find_job(jid) or flunk "#{jid} is not in #{set.new.name}"
  end

  def counts
    stats = Sidekiq::Stats.new
    [stats.enqueued, stats.scheduled_size, stats.retry_size, stats.dead_size]
  end

  def test_every_page_answers_when_there_is_nothing
    every_page
    assert_equal 200, @web.request('HEAD', '/').status
    assert_equal 302, @web.request('GET', '/dashboard/stats').status
  end

  def test_every_page_answers_in_every_state
    process = worker('q=4')
    hard = ["\u2028😀", 2**62, 1e-7, SCRIPT, { 'a' => [nil] }, 'x' * 300]
    waits = one_job('wait', args: hard, tags: %w[t1 t2])
    failed = one_job('fail once', args: hard, tags: ['t'])
    [failed, one_job("fail #{SCRIPT} é\u2028", 'backtrace' => 5),
     one_job('die refused', args: hard), one_job('fail spent', 'retry' => 0), one_job('snooze 500'),
     push('class' => 'No::Such'), push('class' => 'ActiveJob::QueueAdapters::SidekiqAdapter::JobWrapper',
                                       'wrapped' => 'Real', 'args' => [{ 'arguments' => ['inner'] }])]
      .each { |jid| eventually("#{jid} has left the queue") { Sidekiq::Queue.new('q').find_job(jid).nil? } }
    redis { |c| c.lpush('queue:q', ['{"broken', '[1]', '7', '"x"', 'null', 'true', '{}', '{"class":null,"args":null}']) }
    eventually('all but one have settled') { counts == [0, 1, 2, 11] }
    again = entry(Sidekiq::RetrySet, failed)
    order(again.jid, 'fail twice')
    again.retry
    eventually('it failed twice') { Sidekiq::RetrySet.new.find_job(again.jid)&.item&.key?('retried_at') }
    tool('enqueue', 'paused.queue', 'shop.job', '["<b>"]', 0)
    60.times { push('queue' => 'paused.queue', 'args' => hard) }
    redis { |c| c.sadd('paused', 'paused.queue') }
    tool('enqueue', 'q', 'shop.job', '["<b>"]', 500)
    eventually('a beat shows the job') { Sidekiq::Workers.new.size == 1 }
    pages = every_page
    assert_operator pages.size, :>=, 20
    pages.each { |path, body| refute_includes body, SCRIPT, "#{path} runs what a job says" }
    assert_includes @web.get('/busy'), waits
    process.kill('TSTP')
    eventually('it is quiet') { Sidekiq::ProcessSet.new.first.stopping? }
    every_page
    assert_includes @web.get('/busy'), 'quiet'
    go
    process.kill('TERM')
    assert_equal 0, ended(process)
    every_page
    refute_includes @web.get('/busy'), waits
  end

  def test_the_figures_of_the_stats_page
    in_retry(2)
    in_dead(1)
    push('queue' => 'nobody')
    tool('enqueue', 'q', 'shop.job', '[]', 500)
    stats = eventually('a beat without jobs') { JSON.parse(@web.get('/stats'))['sidekiq'].then { |s| s if s['busy'].zero? } }
    assert_equal [3, 3, 0, 1, 1, 1, 2, 1],
                 stats.values_at('processed', 'failed', 'busy', 'processes', 'enqueued', 'scheduled', 'retries', 'dead')
    assert_equal 1, JSON.parse(@web.get('/stats/queues'))['nobody']
  end

  def test_pages_of_long_lists
    worker
    jids = Array.new(60) { one_job('fail no') }
    eventually('all failed') { redis { |c| c.zcard('retry') } == 60 }
    shown = (1..3).flat_map { |n| @web.get("/retries?page=#{n}").scan(%r{/retries/[\d.]+-(\h{24})}).flatten }
    assert_equal jids.sort, shown.uniq.sort
    push('queue' => 'idle') until Sidekiq::Queue.new('idle').size == 60
    waiting = Sidekiq::Queue.new('idle').map(&:jid)
    { 'desc' => waiting, 'asc' => waiting.reverse }.each do |direction, want|
      shown = (1..3).flat_map { |n| @web.get("/queues/idle?page=#{n}&direction=#{direction}").scan(/<tr title="(\h{24})">/).flatten }
      assert_equal want, shown
    end
  end

  def test_retry_now_on_the_page_of_one
    jid, = in_retry
    before = entry(Sidekiq::RetrySet, jid)
    @web.press("/retries/#{key(before)}", 'retry', action: "/retries/#{key(before)}")
    second = ran(jid, 2)
    assert_equal [-1, before.args], [second['retry_count'], second.args]
    settled
    assert_equal [0, 0, 0, 0], counts
  end

  def test_delete_on_the_page_of_one
    jid, = in_retry
    it = entry(Sidekiq::RetrySet, jid)
    @web.press("/retries/#{key(it)}", 'delete', action: "/retries/#{key(it)}")
    assert_equal [0, 0, 0, 0], counts
    assert_equal 1, runs.size
  end

  def test_ticked_retries_are_run_deleted_or_killed
    jids = in_retry(4)
    keys = jids.map { |jid| key(entry(Sidekiq::RetrySet, jid)) }
    @web.press('/retries', 'kill', action: '/retries', keys: keys[0, 1])
    assert_equal [0, 0, 3, 1], counts
    @web.press('/retries', 'delete', action: '/retries', keys: keys[1, 1])
    assert_equal [0, 0, 2, 1], counts
    @web.press('/retries', 'retry', action: '/retries', keys: keys[2, 2])
    jids[2, 2].each { |jid| ran(jid, 2) }
    settled
    assert_equal [0, 0, 0, 1], counts
    assert_equal jids[0], Sidekiq::DeadSet.new.first.jid
  end

  def test_all_retries_are_run
    jids = in_retry(30)
    @web.press('/retries', 'retry', action: '/retries/all/retry')
    jids.each { |jid| ran(jid, 2) }
    settled
    assert_equal [0, 0, 0, 0], counts
    assert_equal 60, runs.size
  end

  def test_all_retries_are_killed_and_all_dead_run_again
    jids = in_retry(30)
    @web.press('/retries', 'kill', action: '/retries/all/kill')
    assert_equal [0, 0, 0, 30], counts
    assert_equal 30, cli('jobs', '--state', 'dead')['total']
    @web.press('/morgue', 'retry', action: '/morgue/all/retry')
    jids.each { |jid| ran(jid, 2) }
    settled
    assert_equal [0, 0, 0, 0], counts
  end

  def test_all_retries_and_all_dead_are_deleted
    in_retry(3)
    in_dead(3)
    assert_equal [0, 0, 3, 3], counts
    @web.press('/retries', 'delete', action: '/retries/all/delete')
    @web.press('/morgue', 'delete', action: '/morgue/all/delete')
    assert_equal [0, 0, 0, 0], counts
    jid = push
    assert_equal jid, ran(jid)['jid'], 'the worker goes on'
  end

  def test_dead_jobs_are_run_and_deleted
    jids = in_dead(4)
    keys = jids.map { |jid| key(entry(Sidekiq::DeadSet, jid)) }
    @web.press("/morgue/#{keys[0]}", 'retry', action: "/morgue/#{keys[0]}")
    ran(jids[0], 2)
    @web.press("/morgue/#{keys[1]}", 'delete', action: "/morgue/#{keys[1]}")
    @web.press('/morgue', 'delete', action: '/morgue', keys: keys[2, 1])
    @web.press('/morgue', 'retry', action: '/morgue', keys: keys[3, 1])
    ran(jids[3], 2)
    settled
    assert_equal [0, 0, 0, 0], counts
    assert_equal 6, runs.size
  end

  def test_scheduled_jobs_are_put_into_their_queue_or_deleted
    worker
    jids = Array.new(4) { |n| tool('enqueue', 'q', 'shop.job', "[#{n}]", 500 + n) }
    keys = jids.map { |jid| key(entry(Sidekiq::ScheduledSet, jid)) }
    @web.press("/scheduled/#{keys[0]}", 'add_to_queue', action: "/scheduled/#{keys[0]}")
    assert_equal [0], ran(jids[0]).args
    @web.press("/scheduled/#{keys[1]}", 'delete', action: "/scheduled/#{keys[1]}")
    @web.press('/scheduled', 'add_to_queue', action: '/scheduled', keys: keys[2, 1])
    assert_equal [2], ran(jids[2]).args
    @web.press('/scheduled', 'delete', action: '/scheduled', keys: keys[3, 1])
    settled
    assert_equal [0, 0, 0, 0], counts
    assert_equal 2, runs.size
  end

  def test_a_snoozed_job_is_put_into_its_queue
    worker
    jid = one_job('snooze 500')
    eventually('it snoozes') { redis { |c| c.zcard('schedule') } == 1 }
    it = entry(Sidekiq::ScheduledSet, jid)
    @web.press("/scheduled/#{key(it)}", 'add_to_queue', action: "/scheduled/#{key(it)}")
    assert_equal(-1, ran(jid, 2)['retry_count'])
  end

  # The form carries the payload itself: whatever our bytes are, they must come back the same.
  def test_delete_one_job_of_a_queue
    args = ['["\u2028 😀 é <b>&\'\" \\\\ \n"]', '[1e-7,12345678901234567890,-0.0,"\ud83d\ude00"]', '["a  b",{"a":1,"a":2}]', '[]']
    args.each { |text| tool('enqueue', 'q', 'shop.job', text, 0) }
    keep = push('args' => ["\u2028"])
    Sidekiq::Queue.new('q').to_a.each do |job|
      next if job.jid == keep

      @web.press('/queues/q', 'delete', action: '/queues/q/delete', where: { 'key_val' => job.value })
    end
    assert_equal [keep], Sidekiq::Queue.new('q').map(&:jid)
    worker
    ran(keep)
  end

  def test_clear_a_queue_while_the_worker_runs
    3.times { push }
    push('queue' => 'other')
    @web.press('/queues', 'delete', action: '/queues/q')
    assert_equal ['other'], Sidekiq::Queue.all.map(&:name)
    worker
    jid = push
    ran(jid)
    assert_includes Sidekiq::Queue.all.map(&:name), 'q', 'known again with the next push'
  end

  def busy_process(*lanes)
    before = Sidekiq::ProcessSet.new.map(&:identity)
    process = worker(*lanes)
    identity = eventually('it is seen') { (Sidekiq::ProcessSet.new.map(&:identity) - before).first }
    [process, identity]
  end

  def test_quiet_and_stop_one_process
    process, identity = busy_process('q=1')
    other, = busy_process('other=1')
    waits = one_job('wait')
    ran(waits)
    @web.press('/busy', 'quiet', action: '/busy', where: { 'identity' => identity })
    eventually('quiet within a beat', BEAT_S) { process.said?('worker.quiet') }
    eventually('shown with the next', BEAT_S) { Sidekiq::ProcessSet.new.find { |p| p.identity == identity }.stopping? }
    go
    settled
    jid = push
    ran(push('queue' => 'other'))
    refute(Sidekiq::ProcessSet.new.find { |p| p.identity != identity }.stopping?)
    @web.press('/busy', 'stop', action: '/busy', where: { 'identity' => identity })
    eventually('stopped within a beat', BEAT_S) { process.said?('worker.drain') }
    assert_equal 0, ended(process)
    assert_equal [jid], Sidekiq::Queue.new('q').map(&:jid), 'a quiet process claims nothing'
    assert_nil other.ended
    assert_equal 1, Sidekiq::ProcessSet.new.size
  end

  def test_quiet_and_stop_all
    processes = Array.new(2) { busy_process('q=1').first }
    @web.press('/busy', 'quiet', action: '/busy')
    eventually('both are quiet within a beat', BEAT_S) { processes.all? { |process| process.said?('worker.quiet') } }
    eventually('and say so with the next', BEAT_S) { Sidekiq::ProcessSet.new.map(&:stopping?) == [true, true] }
    jid = push
    @web.press('/busy', 'stop', action: '/busy')
    processes.each { |process| assert_equal 0, ended(process) }
    assert_equal [[jid], 0], [Sidekiq::Queue.new('q').map(&:jid), Sidekiq::ProcessSet.new.size]
    every_page
  end

  def test_a_post_without_its_token_is_refused
    jid, = in_retry
    assert_equal 403, @web.request('POST', '/retries/all/delete').status
    assert_equal jid, Sidekiq::RetrySet.new.first.jid
  end
end
