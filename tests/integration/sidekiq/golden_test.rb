# Payloads that the real Ruby client pushes, in every combination of its options, are understood and run by the C worker.
# frozen_string_literal: true

require_relative 'support'

class GoldenTest < Minitest::Test
  include Support

  ARGS = {
    nothing: [],
    scalars: [nil, true, false, 0, -1, 1.5, ''],
    integers: [2**53 + 1, 2**63 - 1, -(2**63)],
    reals: [0.1, 1e-7, 1e300, -0.0, 5e-324, 123_456_789.123456789],
    texts: ["\u2028\u2029", '😀', 'héllo', '<b>&/\\"', "tab\tnl\n\u0001", "e\u0301", '漢字'],
    containers: [[], {}, [[]], { 'a' => { 'b' => [1, { 'c' => nil }] } }],
    deep: (1..90).reduce([]) { |inner, _| [inner] },
    large: ['x' * 60_000],
    many: (1..2000).to_a
  }.freeze

  def test_arguments_of_every_sort_reach_the_handler
    worker
    ARGS.each do |name, args|
      jid = push('args' => args)
      run = ran(jid)
      assert_equal JSON.generate(args, max_nesting: 200), run.raw, "#{name}: the bytes"
      assert_equal args, JSON.parse(run.parsed, max_nesting: 200), "#{name}: what the handler gets"
    end
  end

  def test_every_retry_option_is_understood
    worker
    { true => 25, false => 0, 0 => 0, 1 => 1, 7 => 7, 100 => 100 }.each do |option, want|
      jid = push('retry' => option)
      assert_equal want, ran(jid)['max_retries'], "retry: #{option}"
    end
  end

  OPTIONS = {
    'retry' => [nil, true, false, 0, 4],
    'tags' => [nil, %w[supplier price]],
    'backtrace' => [nil, true, 5],
    'dead' => [nil, false],
    'retry_queue' => [nil, 'slow']
  }.freeze

  def combinations
    OPTIONS.reduce([{}]) do |all, (name, values)|
      all.flat_map { |one| values.map { |value| value.nil? ? one : one.merge(name => value) } }
    end
  end

  def test_every_combination_of_options_runs
    worker('q=4')
    jids = combinations.map { |options| [push(options.merge('args' => ['x', options])), options] }
    assert_equal 120, jids.size
    eventually('all ran') { runs.size == jids.size }
    by_jid = runs.to_h { |run| [run['jid'], run] }
    jids.each do |jid, options|
      run = by_jid.fetch(jid)
      assert_equal ['shop.job', 'q', ['x', options], -1], [run['class'], run['queue'], run.args, run['retry_count']]
      assert_in_delta Time.now.to_f, run['created_us'] / 1e6, 60
      assert_in_delta Time.now.to_f, run['enqueued_us'] / 1e6, 60
      assert_operator run['enqueued_us'], :>=, run['created_us']
    end
    settled
    assert_equal [120, 0, 0, 0], Sidekiq::Stats.new.then { |s| [s.processed, s.failed, s.retry_size, s.dead_size] }
  end

  def test_what_the_options_ask_for_is_done_with_a_failure
    worker
    wanted = combinations.map do |options|
      jid = SecureRandom.hex(12)
      order(jid, 'fail no')
      push(options.merge('jid' => jid, 'x_custom' => { 'a' => 1 }))
      [jid, options]
    end
    eventually('all failed') { runs.size == wanted.size }
    settled
    retries = Sidekiq::RetrySet.new.to_h { |job| [job.jid, job] }
    dead = Sidekiq::DeadSet.new.to_h { |job| [job.jid, job] }
    assert_equal 120, retries.size + dead.size, 'nothing is dropped'
    wanted.each do |jid, options|
      once = [false, 0].include?(options['retry'])
      job = (once ? dead : retries).fetch(jid) { flunk "#{options} went elsewhere" }
      assert_equal [options['retry_queue'] || 'q', 0, 'no', { 'a' => 1 }],
                   [job.queue, job['retry_count'], job['error_message'], job['x_custom']], options.to_s
      %w[tags backtrace dead].each { |name| options.key?(name) ? assert_equal(options[name], job[name]) : assert_nil(job[name]) }
      assert_nil job['retried_at']
    end
  end

  def test_class_options_and_the_ways_to_push
    worker('q=1', 'other=1')
    jids = { HardJob.perform_async('SKU-1', 1999) => ['HardJob', 'q', ['SKU-1', 1999], 3],
             HardJob.set(queue: 'other', retry: 1).perform_async({ 'a' => 1 }) => ['HardJob', 'other', [{ 'a' => 1 }], 1],
             PlainJob.perform_async => ['PlainJob', 'q', [], 25],
             PlainJob.perform_in(-5, 'past') => ['PlainJob', 'q', ['past'], 25],
             Sidekiq::Client.enqueue(PlainJob, 'client') => ['PlainJob', 'q', ['client'], 25],
             Sidekiq::Client.enqueue_to(:other, PlainJob, 'to') => ['PlainJob', 'other', ['to'], 25],
             push('class' => 'Deep::Name::Job') => ['Deep::Name::Job', 'q', [1], 25] }
    jids.each do |jid, want|
      run = ran(jid)
      assert_equal want, [run['class'], run['queue'], run.args, run['max_retries']]
    end
  end

  def test_wrapped_jobs_run_under_the_class_of_their_payload
    worker
    inner = { 'job_class' => 'RealJob', 'arguments' => ['x'], 'locale' => 'en', 'executions' => 0 }
    jid = push('class' => 'ActiveJob::QueueAdapters::SidekiqAdapter::JobWrapper', 'wrapped' => 'RealJob', 'args' => [inner])
    run = ran(jid)
    assert_equal ['ActiveJob::QueueAdapters::SidekiqAdapter::JobWrapper', [inner]], [run['class'], run.args]
    order(jid2 = SecureRandom.hex(12), 'fail once')
    push('jid' => jid2, 'class' => 'ActiveJob::QueueAdapters::SidekiqAdapter::JobWrapper', 'wrapped' => 'RealJob',
         'args' => [inner], 'display_class' => 'Shown')
    ran(jid2)
    settled
    job = Sidekiq::RetrySet.new.find_job(jid2)
    assert_equal ['Shown', ['x'], 'RealJob'], [job.display_class, job.display_args, job['wrapped']]
  end

  def test_middleware_of_the_client_may_add_members
    worker
    jid = push('locale' => 'de', 'cattr' => { 'user' => 5 }, 'log_level' => 'debug', 'bid' => 'b-1', 'unique_for' => 60,
               'x' => nil, 'y' => [{}], 'encrypt' => false)
    assert_equal jid, ran(jid)['jid']
  end

  def test_bulk_pushes_run_in_their_order
    jids = Sidekiq::Client.push_bulk('class' => 'shop.job', 'queue' => 'q', 'args' => (1..300).map { |n| [n] })
    worker('q=1')
    eventually('all ran') { runs.size == 300 }
    assert_equal jids, runs.map { |run| run['jid'] }
    assert_equal (1..300).to_a, runs.flat_map(&:args)
  end

  def test_a_storm_of_bulk_pushes_runs_each_job_once
    worker
    jids = Array.new(40) do |k|
      Sidekiq::Client.push_bulk('class' => 'raw.job', 'queue' => 'q', 'args' => (1..300).map { |n| [k, n] })
    end.flatten
    settled
    assert_equal jids.sort, runs.map { |run| run['jid'] }.sort
    assert_equal jids.size, Sidekiq::Stats.new.processed
  end

  def test_scheduled_by_ruby_runs_here_when_it_is_due
    worker
    jids = [push('at' => Time.now.to_f + 0.3), PlainJob.perform_in(0.3, 'in'), PlainJob.perform_at(Time.now + 0.3, 'at')]
    bulk = Sidekiq::Client.push_bulk('class' => 'shop.job', 'queue' => 'q', 'args' => [[1], [2]], 'at' => Time.now.to_f + 0.3)
    assert_equal 5, Sidekiq::ScheduledSet.new.size
    eventually('all are promoted') { tool('promote') && Sidekiq::ScheduledSet.new.size.zero? }
    (jids + bulk).each do |jid|
      run = ran(jid)
      assert_operator run['enqueued_us'] - run['created_us'], :>=, 290_000
    end
    assert_equal ['q'], redis { |c| c.smembers('queues') }, 'the queue became known with the move'
  end

  def test_integers_that_no_machine_word_holds_keep_their_bytes
    worker
    args = [2**63, -12_345_678_901_234_567_890, 10**40]
    jid = push('class' => 'raw.job', 'args' => args)
    assert_equal [JSON.generate(args), args], [ran(jid).raw, ran(jid).args]
    order(failing = SecureRandom.hex(12), 'fail once')
    push('class' => 'raw.job', 'jid' => failing, 'args' => args)
    entry = eventually('it failed') { Sidekiq::RetrySet.new.first }
    assert_equal args, entry.args
    entry.retry
    assert_equal args, ran(failing, 2).args
  end
end
