# A job goes round between our worker, Sidekiq's buttons and our own moves; its arguments come out as they went in.
# frozen_string_literal: true

require_relative 'support'

class RoundtripTest < Minitest::Test
  include Support

  DEEP = "#{'[' * 200}#{']' * 200}"

  # Arguments as text: each is what a reader that goes through doubles, re-escapes or re-orders would spoil.
  TEXTS = {
    empty: '[]',
    spaces: "[ 1 ,\t2 ,\n[ ] , { } ]",
    reals: '[1e-7,1E-7,0.10,1.0,100e-2,-0.0,0e0,5e-324,1.7976931348623157e308,0.1000000000000000055511151231257827]',
    words: '[9007199254740993,9223372036854775807,-9223372036854775808]',
    line_separators: "[\"\u2028\u2029\"]",
    emoji: '["😀 👨‍👩‍👧 é"]',
    escapes: '["\u2028\ud83d\ude00\u003c\/\u00e9\b\f\u0000"]',
    duplicate_keys: '[{"a":1,"a":2,"b":{"c":1,"c":[]}}]',
    lookalikes: '[{"jid":"x","args":[1],"queue":"y","retry_count":7,"error_class":"z","enqueued_at":1,"class":"k"},"\"args\":[2]"]',
    nested: DEEP,
    large: "[\"#{'x' * 60 * 1024}\"]"
  }.freeze

  # No C integer, double or UTF-8 text holds these; every move keeps them.
  BEYOND = {
    half_a_character: '["\ud800 half"]',
    integers: '[9223372036854775808,12345678901234567890,-123456789012345678901234567890123456789]',
    huge_reals: '[1E400,-1E400,1e-400,123456789e999999]'
  }.freeze

  def put(text)
    tool('enqueue', 'q', 'shop.job', '-', 0, input: "#{text.tr("\n", ' ')}\n")
  end

  def text_of(name)
    TEXTS.merge(BEYOND).fetch(name).tr("\n", ' ')
  end

  def one(set)
    eventually("one is in #{set}") do
      entries = redis { |c| c.zrange(set, 0, -1) }
      entries.first if entries.size == 1
    end
  end

  # The stored bytes, wherever the job is.
  def waiting
    eventually('one waits') { redis { |c| c.lindex('queue:q', 0) } }
  end

  def assert_args(text, payload, where)
    assert_equal text.b, raw_args(payload).b, where
  end

  def test_between_the_worker_and_the_buttons
    worker
    jid = SecureRandom.hex(12)
    order(jid, 'fail first', 'fail second', 'fail third')
    deep = (1..90).reduce([]) { |inner, _| [inner] } # Ruby's reader follows 100 levels, the job's own two included
    args = [2**53 + 1, 1e-7, -0.0, "\u2028", '😀', [], {}, deep, { 'a' => [nil, true] }]
    push('jid' => jid, 'args' => args, 'retry' => true, 'x_custom' => { 'keep' => [1] })
    entry = lambda do |set, message|
      eventually(message) { set.new.find_job(jid)&.then { |e| e if e['error_message'] == message } }
    end

    first = entry.call(Sidekiq::RetrySet, 'first')
    assert first.retry
    second = entry.call(Sidekiq::RetrySet, 'second')
    assert_equal [0, first['failed_at'], first['created_at'], { 'keep' => [1] }],
                 second.item.values_at('retry_count', 'failed_at', 'created_at', 'x_custom')
    assert_operator second['retried_at'], :>, first['failed_at']
    assert second.kill
    assert_equal 0, Sidekiq::RetrySet.new.size
    assert Sidekiq::DeadSet.new.find_job(jid).retry
    third = entry.call(Sidekiq::RetrySet, 'third')
    assert_equal 0, third['retry_count']
    assert third.kill
    assert Sidekiq::DeadSet.new.find_job(jid).retry
    last = ran(jid, 4)
    settled
    assert_equal [args] * 4, runs(jid).map { |run| JSON.parse(run.raw) }
    assert_equal 1, runs(jid).map(&:raw).uniq.size, 'Ruby writes them the same each time'
    assert_equal [[-1, 0], [-1, first['failed_at']], [-1, first['failed_at']], [-1, first['failed_at']]],
                 runs(jid).map { |run| [run['retry_count'], run['failed_us'] / 1e6] }
    assert_equal JSON.generate(args), last.raw
    assert_equal [0, 0, 0, 4, 3], Sidekiq::Stats.new.then { |s| [s.retry_size, s.dead_size, s.enqueued, s.processed, s.failed] }
  end

  # Enqueue, run and fail, promote, run and snooze, promote, claim by a process that dies, recover, kill, retry, run.
  def test_through_our_own_moves
    worker
    TEXTS.each_key do |name|
      text = text_of(name)
      jid = put(text)
      assert_equal text.b, ran(jid).raw.b, "#{name}: run at once"
      settled
      go_round(name, text)
    end
  end

  def go_round(name, text)
    redis { |c| c.sadd('paused', 'q') }
    jid = put(text)
    assert_args text, waiting, "#{name}: waiting"
    order(jid, 'fail no', 'snooze 1000', 'fail again', 'done')
    redis { |c| c.srem('paused', 'q') }
    failed = one('retry')
    assert_args text, failed, "#{name}: retry"
    redis { |c| c.zadd('retry', Time.now.to_f - 1, failed) }
    assert_equal 1, tool('promote')
    snoozed = one('schedule')
    assert_args text, snoozed, "#{name}: snoozed"
    redis { |c| c.zadd('schedule', Time.now.to_f - 1, snoozed) }
    assert_equal 1, tool('promote')
    assert_args text, one('retry'), "#{name}: retry again"
    assert tool('kill', jid)
    assert_args text, one('dead'), "#{name}: dead"
    assert_equal 1, tool('retry-all', 'dead')
    assert_equal [text.b] * 4, [ran(jid, 4)].then { runs(jid).map { |run| run.raw.b } }, "#{name}: as the handler saw it"
    settled
    assert_empty stored('retry') + stored('dead') + stored('schedule')
  end

  def test_arguments_beyond_any_machine_word_through_our_own_moves
    BEYOND.each_key do |name|
      text = text_of(name)
      jid = tool('enqueue', 'q', 'shop.job', text, 1000)
      assert_args text, one('schedule'), "#{name}: scheduled"
      assert tool('retry', jid)
      assert_args text, waiting, "#{name}: waiting"
      assert tool('kill', jid)
      assert_args text, one('dead'), "#{name}: dead"
      assert tool('retry', jid)
      assert_args text, waiting, "#{name}: waiting again"
      assert tool('delete', jid)
    end
  end

  # A handler that asks for the text alone is reached with any arguments.
  def test_arguments_beyond_any_machine_word_reach_a_handler_that_reads_text
    worker
    BEYOND.each_key do |name|
      text = text_of(name)
      jid = tool('enqueue', 'q', 'raw.job', text, 1000)
      order(jid, 'fail no', 'done')
      tool('retry', jid)
      assert_args text, one('retry'), "#{name}: retry"
      tool('retry', jid)
      ran(jid, 2)
      assert_equal [[text, '']] * 2, runs(jid).map { |run| [run.raw, run.parsed] }, name.to_s
      settled
    end
  end

  def test_arguments_beyond_any_machine_word_through_a_failure
    worker
    BEYOND.each_key do |name|
      text = text_of(name)
      jid = tool('enqueue', 'q', 'shop.job', text, 1000)
      order(jid, 'die no')
      tool('retry', jid)
      assert_args text, one('dead'), "#{name}: dead"
      tool('delete', jid)
    end
  end

  def test_recovery_keeps_the_bytes
    TEXTS.each_key do |name|
      text = text_of(name)
      jid = put(text)
      before = waiting
      order(jid, 'crash', 'done')
      process = worker
      assert_equal(-9, ended(process))
      redis { |c| c.scan_each(match: 'dropship:*').each { |key| c.del(key) if key.match?(/lease|watch/) } }
      assert_equal 1, tool('recover')['recovered']
      assert_equal before.b, waiting.b, "#{name}: recovered"
      next_one = worker
      assert_equal text.b, ran(jid, 2).raw.b
      settled
      next_one.end_at_once
    end
  end

  def test_a_stop_gives_back_the_same_bytes
    jid = put(text_of(:lookalikes))
    before = waiting
    order(jid, 'wait')
    process = worker
    ran(jid)
    process.kill('TERM')
    assert_equal 0, ended(process)
    assert_equal before.b, waiting.b
  end

  def test_ruby_keeps_what_it_can_of_our_bytes
    redis { |c| c.sadd('paused', 'q') }
    %i[empty words line_separators emoji large].each do |name|
      text = text_of(name)
      jid = tool('enqueue', 'q', 'shop.job', '-', 1000, input: "#{text}\n")
      Sidekiq::ScheduledSet.new.find_job(jid).add_to_queue
      assert_args text, waiting, "#{name}: add to queue"
      tool('kill', jid)
      Sidekiq::DeadSet.new.find_job(jid).retry
      assert_args text, waiting, "#{name}: dead-retry"
      tool('delete', jid)
    end
  end
end
