# What other programs may have written into the same Redis: broken, odd, huge.  Lanes go on, nothing is lost, and Sidekiq's
# readers still work.
# frozen_string_literal: true

require_relative 'support'
require_relative 'browser'

class NeighboursTest < Minitest::Test
  include Support

  def put(*payloads)
    redis { |c| c.lpush('queue:q', payloads) }
  end

  # A good job behind them runs: the lane has gone on.
  def lane_goes_on
    ran(push('args' => ['good']))
    settled
  end

  def dead
    redis { |c| c.zrevrange('dead', 0, -1) }
  end

  def readers_work
    web = Browser.new
    %w[/ /busy /queues /queues/q /retries /scheduled /morgue /stats].each { |page| web.get(page) }
    Sidekiq::DeadSet.new.each do |job|
      [job.klass, job.display_class, job.args, job.display_args, job.jid, job.queue, job.at, job.created_at, job.tags]
      web.get("/morgue/#{job.score}-#{job.jid}") if job.jid.is_a?(String) && job.jid =~ /\A\h+\z/
    end
    cli('jobs', '--state', 'dead')
  end

  # Not one of these is a job; each must be found again, byte by byte, in dead.
  BROKEN = ['', ' ', '{', '{"class":"shop.job"', 'not json at all {{{', '{"class":"shop.job","args":[}', "{'class':'x'}",
            '{"args":[NaN]}', '{"args":[01]}', '{"a":1}{"b":2}', '["', "\u0000", '{"class":"a\\x"}', '[1,]', 'tru'].freeze

  def test_text_that_is_no_json
    worker
    put(*BROKEN)
    lane_goes_on
    assert_equal BROKEN.sort, dead.sort
    readers_work
  end

  BINARY = ["\xff\xfe\x00\x01".b, "{\"class\":\"shop.job\",\"args\":[\"\xc3\"],\"jid\":\"#{'b' * 24}\"}".b, "\x1f\x8b\x08\x00binary".b,
            "{\"class\":\"shop.job\",\"args\":[\"\xed\xa0\x80\"],\"jid\":\"#{'c' * 24}\"}".b].freeze

  def test_bytes_that_are_no_text
    worker
    put(*BINARY)
    lane_goes_on
    assert_equal BINARY.sort, dead.map(&:b).sort
    Sidekiq::DeadSet.new.each { |job| [job.klass, job.args, job.jid] }
    %w[/ /busy /queues /stats].each { |page| Browser.new.get(page) }
  end

  # JSON, but no object: kept as the only argument of a job that readers can show.
  VALUES = ['[]', '[1,2,3]', '17', '-0.0', '"text"', 'null', 'true', 'false', '[{"class":"shop.job","args":[]}]', '9' * 15].freeze

  def test_json_that_is_no_object
    worker
    put(*VALUES)
    lane_goes_on
    assert_equal VALUES.map { |value| "[#{value}]" }.sort, dead.map { |payload| raw_args(payload) }.sort
    readers_work
    Sidekiq::DeadSet.new.each { |job| assert_equal %w[BadPayload q], [job['error_class'], job.queue] }
  end

  def test_a_list_element_that_is_a_number_of_any_size
    worker
    put('9' * 18, '123456')
    lane_goes_on
    assert_equal 2, dead.size
    readers_work
  end

  # Objects that are no job we can run: marked with the reason, all their members kept.
  UNFIT = {
    '{}' => 'UnknownJob',
    '{"class":null,"args":null,"jid":null,"queue":null,"retry":null}' => 'UnknownJob',
    '{"class":"No::Such","args":[],"jid":"%s","retry":true}' => 'UnknownJob',
    '{"class":7,"args":[],"jid":"%s"}' => 'UnknownJob',
    '{"class":"","args":[],"jid":"%s"}' => 'UnknownJob',
    '{"class":["shop.job"],"args":[],"jid":"%s"}' => 'UnknownJob',
    '{"class":"%s","args":[],"jid":"long"}' => 'UnknownJob',
    '{"class":"shop.job","args":{"a":1},"jid":"%s"}' => 'BadArguments',
    '{"class":"shop.job","args":"text","jid":"%s"}' => 'BadArguments',
    '{"class":"shop.job","args":7,"jid":"%s"}' => 'BadArguments',
    '{"class":"shop.job","args":null,"jid":"%s"}' => 'BadArguments',
    '{"class":"shop.job","jid":"%s"}' => 'BadArguments'
  }.freeze

  def test_objects_that_are_no_job_for_us
    worker
    wanted = UNFIT.map do |text, error_class|
      name = text.include?('"class":"%s"') ? 'x' * 5000 : SecureRandom.hex(12)
      [format(text, name), error_class]
    end
    put(*wanted.map(&:first))
    lane_goes_on
    found = dead.map { |payload| JSON.parse(payload) }
    assert_equal wanted.size, found.size
    wanted.each do |payload, error_class|
      before = JSON.parse(payload)
      after = found.find { |job| before.all? { |name, value| name == 'queue' || job[name] == value } && job['error_class'] == error_class }
      assert after, "#{payload[0, 100]} is not in dead as #{error_class}"
      assert_equal ['q', 0], after.values_at('queue', 'retry_count')
    end
    readers_work
  end

  # Odd, but all there is to run a job: class and an array.
  def test_objects_that_are_odd_but_can_be_run
    worker
    odd = ['{"class":"shop.job","args":[1]}',
           '{"args":[2],"class":"shop.job","jid":null,"queue":null,"retry":null,"created_at":null,"enqueued_at":null}',
           '{"class":"shop.job","args":[3],"jid":17}',
           '{"class":"shop.job","args":[4],"jid":"not-hex_but:ok","queue":"elsewhere"}',
           " {\n\t\"class\" : \"shop.job\" , \"args\" : [ 5 ] , \"jid\" : \"a\" }\r\n",
           '{"class":"old","args":[0],"class":"shop.job","jid":"b","args":[6],"jid":"c"}',
           '{"cl\u0061ss":"shop.job","args":[7],"jid":"d"}',
           '{"class":"shop.job","args":[8],"jid":"e","retry":"true","retry_count":null,"error_class":null,"failed_at":null,"retried_at":null}',
           '{"class":"shop.job","args":[9],"jid":"f","tags":"text","backtrace":"no","dead":"?","wrapped":{}}',
           "{\"class\":\"shop.job\",\"args\":[10],\"jid\":\"#{'j' * 300}\"}",
           '{"class":"shop.job","args":[11],"jid":""}',
           "{\"class\":\"shop.job\",\"args\":[12],\"jid\":\"g\",\"x\":#{'[' * 300}#{']' * 300}}"]
    put(*odd)
    lane_goes_on
    assert_equal (1..12).to_a, runs.map { |run| run.args.first }.grep(Integer).sort
    assert_empty dead
    readers_work
  end

  def test_payloads_of_a_megabyte
    worker
    big = 'x' * 1_000_000
    jid = SecureRandom.hex(12)
    put("{\"class\":\"shop.job\",\"args\":[\"#{big}\"],\"jid\":\"#{jid}\"}", "[\"#{big}\"]", "{\"#{big}")
    lane_goes_on
    assert_equal [big], ran(jid).args
    assert_equal 2, dead.size
    order(second = SecureRandom.hex(12), 'fail once')
    put("{\"class\":\"shop.job\",\"args\":[\"#{big}\"],\"jid\":\"#{second}\"}")
    entry = eventually('it waits for a retry') { Sidekiq::RetrySet.new.first }
    assert_equal [big], entry.args
    readers_work
  end

  def test_the_same_payload_many_times
    worker
    text = "{\"class\":\"shop.job\",\"args\":[],\"jid\":\"#{'a' * 24}\",\"retry\":3}"
    put(*([text] * 20))
    lane_goes_on
    assert_equal 20, runs('a' * 24).size
    order('a' * 24, *(['fail no'] * 5))
    put(*([text] * 5))
    eventually('all ran again') { runs('a' * 24).size == 25 }
    settled
    assert_includes 1..5, Sidekiq::RetrySet.new.size
    readers_work
  end

  # Running jobs whose payload Sidekiq's readers cannot take: its Busy page must answer.
  def test_running_jobs_that_no_reader_can_parse
    deep = "#{'[' * 200}#{']' * 200}"
    payloads = { 'deep' => "\"args\":#{deep}", 'tags' => '"args":[],"tags":"text"', 'objects' => '"args":[],"tags":{"a":1}',
                 'large' => "\"args\":[\"#{'x' * 300_000}\"]", 'nil' => '"args":[],"tags":null' }
    payloads.each_key { |jid| order(jid, 'wait') }
    put(*payloads.map { |jid, rest| "{\"class\":\"shop.job\",\"jid\":\"#{jid}\",#{rest}}" })
    worker('q=8')
    eventually('all run and are shown') { Sidekiq::ProcessSet.new.first&.then { |p| p['busy'] == 5 } }
    shown = Sidekiq::Workers.new.map { |_, _, work| [work['payload']['jid'], work['payload']['class']] }.to_h
    assert_equal payloads.keys.sort, shown.keys.sort
    assert_equal({ 'deep' => '(not showable)', 'tags' => '(not showable)', 'objects' => '(not showable)',
                   'large' => '(too large to show)', 'nil' => 'shop.job' }, shown)
    assert_equal 200, Browser.new.request('GET', '/busy').status
    go
    settled
    assert_equal 5, runs.size
  end

  def test_keys_of_other_types_and_processes_of_others
    redis do |c|
      c.sadd('processes', 'ghost:1:abc')
      c.hset('foreign:1:abc', 'info', { hostname: 'foreign', started_at: 1.5, pid: 1, tag: '', concurrency: 5, queues: ['x'],
                                        labels: [], identity: 'foreign:1:abc' }.to_json, 'busy', '0', 'beat', '1.5', 'quiet', 'false')
      c.sadd('processes', 'foreign:1:abc')
      c.sadd('queues', ['', 'with space', 'q'])
    end
    worker
    lane_goes_on
    ours = cli('workers')
    ours = ours['workers'] if ours.is_a?(Hash)
    assert_equal({ 'foreign:1:abc' => false }, ours.to_h { |w| [w['identity'], w['ours']] }.slice('foreign:1:abc', 'ghost:1:abc'))
    assert_includes Sidekiq::ProcessSet.new.map(&:identity), 'foreign:1:abc'
    Browser.new.get('/busy')
  end

  # Due entries that cannot be moved go to dead, and hold up nothing behind them.
  def test_broken_entries_among_the_due
    worker
    now = Time.now.to_f
    good = { 'class' => 'shop.job', 'queue' => 'q', 'args' => ['due'], 'jid' => SecureRandom.hex(12), 'retry' => true }
    broken = ['{"broken', '[1]', '{"class":"shop.job","args":[],"jid":"x"}', '{"class":"shop.job","queue":"with space","args":[]}', '7']
    redis do |c|
      broken.each_with_index { |text, n| c.zadd(n.even? ? 'retry' : 'schedule', now - 100 + n, text) }
      c.zadd('schedule', now - 1, good.to_json)
      c.zadd('retry', now - 1, good.merge('jid' => SecureRandom.hex(12), 'retry_count' => 1).to_json)
    end
    eventually('all moved') { tool('promote') && redis { |c| c.zcard('retry') + c.zcard('schedule') }.zero? }
    eventually('the good ones ran') { runs.size == 2 }
    assert_equal broken.sort, dead.sort
  end
end
