# Every state that our worker and our tools can produce, read by Sidekiq's own API classes and compared field by field with
# what Redis holds and what our command line says.
# frozen_string_literal: true

require_relative 'support'

class ReadbackTest < Minitest::Test
  include Support

  COMMON = %w[retry queue class args jid created_at].freeze
  FAILED = %w[error_class error_message failed_at retry_count].freeze

  # The entry in a set, with what always holds for it.
  def entry_of(set_class, jid)
    set = set_class.new
    entry = eventually("#{jid} is in #{set.name}") { set.find_job(jid) }
    payload, score = stored(set.name).find { |text, _| text.include?(jid) }
    ours = cli('jobs', '--state', { 'schedule' => 'scheduled' }.fetch(set.name, set.name))['jobs'].find { |j| j['jid'] == jid }
    assert_equal [payload, score], [entry.value, entry.score]
    assert_equal JSON.parse(payload), entry.item
    assert_equal [payload, entry.klass, entry.queue, entry.args], ours.values_at('payload', 'type', 'queue', 'args')
    assert_equal [entry['error_class'], entry['error_message'], entry['retry_count']],
                 ours.values_at('error_class', 'error_message', 'retry_count')
    assert_in_delta entry.score, Time.parse(ours['due_at']).to_f, 0.002
    assert_in_delta entry.created_at.to_f, Time.parse(ours['created_at']).to_f, 0.002
    seconds_only(payload)
    entry
  end

  # Every time is written as seconds with a visible fraction: the one form that every version of the reader takes for seconds.
  def seconds_only(payload)
    JSON.parse(payload).each_key do |name|
      next unless name.end_with?('_at')

      assert_match(/"#{name}":\d{10}\.\d{1,9}[,}]/, payload)
    end
  end

  def one_job(*acts, retries: 3, **options)
    jid = SecureRandom.hex(12)
    order(jid, *acts) unless acts.empty?
    push({ 'jid' => jid, 'retry' => retries }.merge(options.transform_keys(&:to_s)))
    jid
  end

  def test_a_waiting_job
    jid = tool('enqueue', 'q', 'shop.job', '["é",{"a":[1.50]}]', 0)
    queue = Sidekiq::Queue.new('q')
    job = queue.find_job(jid)
    assert_equal ['q', 1, false], [queue.name, queue.size, queue.paused?]
    assert_equal ['shop.job', 'shop.job', 'q', ['é', { 'a' => [1.5] }], true, []],
                 [job.klass, job.display_class, job.queue, job.args, job['retry'], job.tags]
    assert_in_delta Time.now.to_f, job.enqueued_at.to_f, 5
    assert_in_delta Time.now.to_f, job.created_at.to_f, 5
    assert_operator queue.latency, :<, 5
    assert_equal (COMMON + ['enqueued_at']).sort, job.item.keys.sort
    seconds_only(job.value)
    ours = cli('jobs', '--state', 'waiting')['jobs']
    assert_equal [[job.value, jid, 'q', nil]], ours.map { |j| j.values_at('payload', 'jid', 'queue', 'retry_count') }
    listed = listed_queues.find { |q| q['name'] == 'q' }
    assert_equal [1, 0, false], listed.values_at('waiting', 'running', 'paused')
    assert_equal({ 'q' => 1 }, Sidekiq::Stats.new.queues)
    assert_equal ['q'], Sidekiq::Queue.all.map(&:name)
    assert job.delete
    assert_equal 0, queue.size
  end

  def test_a_scheduled_job
    jid = tool('enqueue', 'q', 'shop.job', '[1]', 3600)
    entry = entry_of(Sidekiq::ScheduledSet, jid)
    assert_equal COMMON.sort, entry.item.keys.sort, 'neither at nor enqueued_at'
    assert_in_delta Time.now.to_f + 3600, entry.at.to_f, 5
    refute entry.error?
    assert_nil entry.enqueued_at
    assert entry.add_to_queue
    worker
    assert_equal [1], ran(jid).args
  end

  def test_a_snoozed_job
    worker
    jid = one_job('snooze 1000')
    entry = entry_of(Sidekiq::ScheduledSet, jid)
    assert_in_delta Time.now.to_f + 1000, entry.score, 20
    refute entry.error?
    assert_nil entry['retry_count']
    settled
    assert_equal [0, 0], Sidekiq::Stats.new.then { |s| [s.processed, s.failed] }, 'a snooze counts as nothing'
  end

  def test_a_job_after_one_and_after_two_failures
    worker
    jid = one_job("fail said \"no\" – é\u2028", 'fail again', retries: 5, tags: ['a'], x_custom: { 'a' => [1.0] })
    first = entry_of(Sidekiq::RetrySet, jid)
    assert_equal (COMMON + FAILED + %w[enqueued_at tags x_custom]).sort, first.item.keys.sort
    assert_equal ['TemporaryError', "said \"no\" – é\u2028", 0, ['a'], { 'a' => [1.0] }, nil],
                 [first['error_class'], first['error_message'], first['retry_count'], first.tags, first['x_custom'], first.error_backtrace]
    assert first.error?
    assert_in_delta Time.now.to_f, first['failed_at'], 5
    assert_includes (first['failed_at'] + 14.9)..(first['failed_at'] + 25.1), first.score
    settled

    assert tool('retry', jid)
    ran(jid, 2)
    second = eventually('it failed twice') { Sidekiq::RetrySet.new.find_job(jid)&.then { |e| e if e['retried_at'] } }
    seconds_only(second.value)
    assert_equal [first['failed_at'], first['created_at'], 'again', ['a']],
                 second.item.values_at('failed_at', 'created_at', 'error_message', 'tags')
    assert_in_delta Time.now.to_f, second['retried_at'], 5
    assert_operator second['retried_at'], :>, first['failed_at']
    assert_equal [2, 2], Sidekiq::Stats.new.then { |s| [s.processed, s.failed] }
  end

  def test_the_attempts_that_promotion_brings_are_counted_up
    worker
    jid = one_job('fail 1', 'fail 2', 'fail 3', 'fail 4')
    (0..2).each do |n|
      entry = eventually("failure #{n}") { Sidekiq::RetrySet.new.find_job(jid)&.then { |e| e if e['retry_count'] == n } }
      assert_equal n.zero?, entry['retried_at'].nil?
      wait = (n**4) + 15
      assert_includes (wait - 0.1)..(wait + 10 * (n + 1) + 0.1), entry.score - (entry['retried_at'] || entry['failed_at'])
      redis { |c| c.zadd('retry', Time.now.to_f - 1, entry.value) }
      assert_equal 1, tool('promote')
    end
    dead = entry_of(Sidekiq::DeadSet, jid)
    assert_equal [3, '4', 'TemporaryError'], [dead['retry_count'], dead['error_message'], dead['error_class']]
    assert_equal 4, runs(jid).size
    assert_equal 0, Sidekiq::RetrySet.new.size
  end

  def test_the_sorts_of_dead_jobs
    worker
    exhausted = one_job('fail out of tries', retries: 0)
    dropped = one_job('fail never retried', retries: false)
    refused = one_job('die bad address')
    unknown = push('class' => 'No::Such')
    { exhausted => ['TemporaryError', 'out of tries'], dropped => ['TemporaryError', 'never retried'],
      refused => [nil, 'bad address'], unknown => ['UnknownJob', nil] }.each do |jid, (error_class, message)|
      entry = entry_of(Sidekiq::DeadSet, jid)
      assert_equal 0, entry['retry_count']
      assert_equal error_class, entry['error_class'] if error_class
      assert_equal message, entry['error_message'] if message
      assert_match(/\A[A-Za-z]+\z/, entry['error_class'])
      assert_in_delta Time.now.to_f, entry.score, 5
      assert_in_delta Time.now.to_f, entry['failed_at'], 5
    end
    scores = stored('dead').map(&:last)
    assert_equal scores.uniq, scores, 'a click on one entry takes out all of the same score'
    settled
    assert_equal [4, 4, 4], Sidekiq::Stats.new.then { |s| [s.processed, s.failed, s.dead_size] }
  end

  def test_a_payload_that_is_no_job
    worker
    redis { |c| c.lpush('queue:q', ['{"broken', '[1,2]', '17', 'null', '"text"']) }
    eventually('all are dead') { redis { |c| c.zcard('dead') } == 5 }
    jobs = Sidekiq::DeadSet.new.to_a
    assert_includes jobs.map(&:value), '{"broken'
    assert_equal [['{"broken']], jobs.select { |job| job.value == '{"broken' }.map(&:args)
    wrapped = jobs.reject { |job| job.value == '{"broken' }
    assert_empty [[[1, 2]], [17], [nil], ['text']] - wrapped.map(&:args)
    assert_equal 4, wrapped.size
    assert_equal [%w[BadPayload BadPayload]], wrapped.map { |job| [job.klass, job['error_class']] }.uniq
    assert_equal 5, cli('jobs', '--state', 'dead')['total']
  end

  # Three processes die of it, then it is condemned.
  def test_a_job_that_kills_its_workers
    jid = one_job('crash', 'crash', 'crash', 'crash')
    3.times do |n|
      process = worker
      assert_equal(-9, ended(process))
      redis { |c| c.scan_each(match: 'dropship:lease:*').each { |key| c.del(key) } }
      redis { |c| c.scan_each(match: 'dropship:*').each { |key| c.del(key) if key.include?('watch') } }
      got = tool('recover')
      assert_equal n < 2 ? { 'recovered' => 1, 'condemned' => 0 } : { 'recovered' => 0, 'condemned' => 1 }, got
      assert_equal n < 2 ? [jid] : [], Sidekiq::Queue.new('q').map(&:jid)
    end
    entry = entry_of(Sidekiq::DeadSet, jid)
    assert_equal ['WorkerLost', 0], [entry['error_class'], entry['retry_count']]
    assert_in_delta Time.now.to_f, entry['failed_at'], 5
    assert_operator entry['error_message'].size, :>, 10
  end

  def the_process
    eventually('a process is seen') { Sidekiq::ProcessSet.new.first }
  end

  def test_a_process_and_the_job_it_runs
    jid = one_job('wait', x: "\u2028")
    began = Time.now.to_f
    process = worker('q=3', 'other=1')
    ran(jid)
    seen = eventually('it is busy') { Sidekiq::ProcessSet.new.first&.then { |p| p if p['busy'] == 1 } }
    identity = seen.identity
    assert_match(/\A[^:]+:#{process.pid}:\h{12}\z/, identity)
    assert_equal [Socket.gethostname, process.pid, 'dropship', 4, %w[q other], ['dropship'], 'false', false],
                 [seen['hostname'], seen['pid'], seen.tag, seen['concurrency'], seen.queues, seen.labels, seen['quiet'], seen.stopping?]
    assert_in_delta began, seen['started_at'], 5
    assert_instance_of Float, seen['started_at']
    assert_in_delta Time.now.to_f, seen['beat'], 7
    assert_operator seen['rss'], :>, 1000
    assert_includes 1..1_000_000, seen['rtt_us']
    assert_instance_of String, seen['version']
    assert_equal [{ 'q' => 0, 'other' => 0 }], seen['weights'], 'the form that 7.0.1 and later write'
    set = Sidekiq::ProcessSet.new
    assert_equal [1, 4, seen['rss'], ''], [set.size, set.total_concurrency, set.total_rss_in_kb, set.leader]

    hash = redis { |c| c.hgetall(identity) }
    assert_equal %w[beat busy concurrency info quiet rss rtt_us], hash.keys.sort
    assert_equal %w[1 4 false], hash.values_at('busy', 'concurrency', 'quiet')
    assert_match(/\A\d{10}\.\d{6}\z/, hash['beat'])
    [identity, "#{identity}:work", "#{identity}:workers"].each { |key| assert_includes 1..60, redis { |c| c.ttl(key) } }

    work = Sidekiq::Workers.new
    assert_equal [1, 1], [work.size, Sidekiq::Stats.new.workers_size]
    rows = work.to_a
    assert_equal [[identity, 'q', jid, "\u2028"]], rows.map { |id, _, w| [id, w['queue'], w['payload']['jid'], w['payload']['x']] }
    assert_instance_of Integer, rows[0][2]['run_at']
    assert_in_delta Time.now.to_f, rows[0][2]['run_at'], 10
    assert_equal(*%w[work workers].map { |name| redis { |c| c.hgetall("#{identity}:#{name}") } })
    claimed = redis { |c| c.scan_each(match: 'dropship:claimed:*').flat_map { |key| c.lrange(key, 0, -1) } }
    shown = redis { |c| c.hvals("#{identity}:work") }.map { |text| JSON.parse(text)['payload'] }
    assert_equal claimed, shown, 'shown as it is, byte by byte'

    ours = cli('workers')
    ours = ours['workers'] if ours.is_a?(Hash)
    assert_equal [[identity, 1, 4, false, true, true, %w[q other]]],
                 ours.map { |w| w.values_at('identity', 'busy', 'concurrency', 'quiet', 'alive', 'ours', 'queues') }
    assert_equal [[jid, identity]], cli('jobs', '--state', 'running')['jobs'].map { |j| j.values_at('jid', 'worker') }
  end

  def test_a_quiet_and_then_a_stopped_process
    jid = one_job('wait')
    process = worker
    ran(jid)
    process.kill('TSTP')
    eventually('it is shown as quiet') { the_process.stopping? }
    assert_equal 1, Sidekiq::Workers.new.size
    go
    eventually('nothing is busy') { Sidekiq::Workers.new.size.zero? }
    assert_empty Sidekiq::Workers.new.to_a
    process.kill('TERM')
    assert_equal 0, ended(process)
    assert_equal [0, 0, []], [Sidekiq::ProcessSet.new.size, Sidekiq::Workers.new.size, Sidekiq::Workers.new.to_a]
    assert_equal 0, redis { |c| c.scard('processes') }
    assert_equal [1, 0], Sidekiq::Stats.new.then { |s| [s.processed, s.failed] }
  end

  def test_a_job_that_a_stop_interrupts_waits_again_uncounted
    jid = one_job('wait')
    before = Sidekiq::Queue.new('q').first.value
    process = worker
    ran(jid)
    the_process
    process.kill('TERM')
    assert_equal 0, ended(process)
    assert_equal [before], Sidekiq::Queue.new('q').map(&:value)
    assert_equal [0, 0, 0], Sidekiq::Stats.new.then { |s| [s.processed, s.failed, s.processes_size] }
  end

  def test_a_killed_process_is_pruned_by_readers_without_harm
    jid = one_job('wait')
    process = worker
    ran(jid)
    identity = the_process.identity
    process.kill('KILL')
    ended(process)
    redis { |c| c.del(identity) } # as after 60 s
    assert_equal 1, Sidekiq::ProcessSet.new(false).size
    assert_equal 0, Sidekiq::ProcessSet.new.size
    assert_equal 1, redis { |c| c.scan_each(match: 'dropship:claimed:*').sum { |key| c.llen(key) } }
  end

  def test_a_paused_queue
    worker('default=2', 'other=1')
    the_process
    cli('pause', 'default')
    assert_equal ['default'], redis { |c| c.smembers('paused') }
    jids = Array.new(3) { push('queue' => 'default') }
    3.times { |n| ran(push('queue' => 'other', 'args' => [n])) } # the process is at work all the time
    eventually('a claim that waited at the server has been refused') { redis { |c| c.llen('queue:default') } == 3 }
    queue = Sidekiq::Queue.new('default')
    assert_equal jids.reverse, queue.map(&:jid)
    assert_operator queue.latency, :<, 30
    assert_equal [], runs.map { |run| run['jid'] } & jids
    assert_equal [true], listed_queues.select { |q| q['name'] == 'default' }.map { |q| q['paused'] }
    redis { |c| c.srem('paused', 'default') } # as Sidekiq Pro resumes
    jids.each { |jid| ran(jid) }
  end

  def listed_queues
    list = cli('queues')
    list.is_a?(Hash) ? list['queues'] : list
  end

  def test_statistics_and_their_history
    worker
    done = Array.new(5) { push }
    failed = [one_job('fail x'), one_job('die x')]
    (done + failed).each { |jid| ran(jid) }
    settled
    tool('enqueue', 'q', 'shop.job', '[]', 3600)
    stats = Sidekiq::Stats.new
    ours = cli('status')['jobs']
    want = { processed: 7, failed: 2, scheduled_size: 1, retry_size: 1, dead_size: 1, enqueued: 0, processes_size: 1 }
    assert_equal want, want.keys.to_h { |name| [name, stats.public_send(name)] }
    assert_equal want.values, ours.values_at('processed', 'failed', 'scheduled', 'retry', 'dead', 'waiting', 'processes')
    history = Sidekiq::Stats::History.new(2)
    today = Time.now.utc.strftime('%F')
    assert_equal [7, 2], [history.processed[today], history.failed[today]]
    %w[processed failed].each { |name| assert_in_delta 157_680_000, redis { |c| c.ttl("stat:#{name}:#{today}") }, 60 }
    assert_equal(-1, redis { |c| c.ttl('stat:processed') })
    stats.reset
    ran(push)
    settled
    assert_equal [1, 0], Sidekiq::Stats.new.then { |s| [s.processed, s.failed] }
  end

  def test_latency_of_the_default_queue
    redis { |c| c.del('queue:default') }
    push('queue' => 'default', 'created_at' => Time.now.to_f - 100)
    assert_operator Sidekiq::Stats.new.default_queue_latency, :<, 10
    assert_equal 1, Sidekiq::Stats.new.enqueued
  end

  def test_the_keys_we_use_are_not_taken_for_queues
    worker
    jid = one_job('wait')
    ran(jid)
    the_process
    redis { |c| c.smembers('queues') }.each { |name| refute_match(/dropship|claimed/, name) }
    assert_equal ['q'], Sidekiq::Queue.all.map(&:name)
  end
end
