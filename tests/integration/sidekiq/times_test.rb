# Times in every form that clients have written over the years, and counters, nulls and left-overs of earlier failures.
# frozen_string_literal: true

require_relative 'support'
require_relative 'browser'

class TimesTest < Minitest::Test
  include Support

  AT = 1_795_223_323.0229595
  FORMS = { float: '1795223323.0229595', exponent: '1.795223323e9', milliseconds: '1795223323022', seconds: '1795223323',
            string: '"1795223323.02"', date: '"2026-11-21T01:08:43Z"', go_date: '"2026-11-21 01:08:43 UTC"', null: 'null',
            object: '{"at":1}', array: '[1795223323]', true: 'true', negative: '-1', huge: '1e300', missing: nil }.freeze
  KNOWN = %i[float exponent milliseconds seconds].freeze
  FIELDS = %w[created_at enqueued_at failed_at retried_at].freeze

  def payload(jid, members)
    base = { 'class' => '"shop.job"', 'args' => '[]', 'jid' => "\"#{jid}\"", 'queue' => '"q"', 'retry' => 'true' }
    "{#{base.merge(members.compact).map { |name, value| "\"#{name}\":#{value}" }.join(',')}}"
  end

  def put(jid, members)
    redis { |c| c.lpush('queue:q', payload(jid, members)) }
  end

  def test_every_form_in_every_field_runs
    worker('q=4')
    jids = FIELDS.product(FORMS.to_a).map do |field, (form, text)|
      jid = SecureRandom.hex(12)
      put(jid, field => text)
      [jid, field, form]
    end
    eventually('all ran') { runs.size == jids.size }
    by_jid = runs.to_h { |run| [run['jid'], run] }
    jids.each do |jid, field, form|
      seen = { 'created_at' => 'created_us', 'enqueued_at' => 'enqueued_us', 'failed_at' => 'failed_us' }[field] or next
      if KNOWN.include?(form)
        assert_in_delta AT, by_jid[jid][seen] / 1e6, 1, "#{form} #{field}"
      elsif %i[null object array true missing].include?(form)
        assert_equal 0, by_jid[jid][seen], "#{form} #{field} is unknown"
      end
    end
    settled
    assert_equal [0, 0], Sidekiq::Stats.new.then { |s| [s.retry_size, s.dead_size] }
  end

  # A failure never makes it worse: what we write is a float in seconds, and the pages show it.
  def test_every_form_in_every_field_fails_into_an_entry_that_is_right
    worker('q=4')
    jids = FIELDS.product(FORMS.to_a, [nil, '0', '3']).map do |field, (form, text), count|
      jid = SecureRandom.hex(12)
      order(jid, 'fail no')
      others = count ? { 'retry_count' => count, 'failed_at' => '1795223000.5', 'retried_at' => '1795223001.5' } : {}
      put(jid, others.merge(field => text))
      [jid, field, form, text, count]
    end
    eventually('all failed') { redis { |c| c.zcard('retry') } == jids.size }
    entries = Sidekiq::RetrySet.new.to_h { |entry| [entry.jid, entry] }
    jids.each { |row| check_entry(entries.fetch(row[0]), *row[1..]) }
  end

  def check_entry(entry, field, form, text, count)
    what = "#{form} #{field}, retry_count #{count.inspect}"
    assert_equal count ? count.to_i + 1 : 0, entry['retry_count'], what
    assert_kind_of Numeric, entry['failed_at'], what
    if count
      assert_kind_of Numeric, entry['retried_at'], what
      assert_in_delta Time.now.to_f, entry['retried_at'], 30, what
      assert_match(/"retried_at":\d{10}\.\d+/, entry.value)
    elsif field == 'failed_at' && KNOWN.include?(form)
      assert_match(/"failed_at":#{Regexp.escape(text)}[,}]/, entry.value, "#{what}: kept as it was")
    elsif field != 'failed_at'
      assert_in_delta Time.now.to_f, entry['failed_at'], 30, what
    end
    return unless %w[created_at enqueued_at].include?(field) && text

    if text.match?(/\A(-?\d|null)/)
      assert_includes entry.value, "\"#{field}\":#{text}", "#{what}: kept as it was"
    else # Sidekiq's pages cannot show it
      assert_kind_of Numeric, entry[field], what
    end
  end

  def test_pages_of_entries_with_numeric_times_answer
    worker
    web = Browser.new
    FIELDS.product(%i[float milliseconds seconds missing null]).each do |field, form|
      next if form == :null && %w[created_at enqueued_at].include?(field) # nil is fine for Sidekiq too, checked by :missing

      jid = SecureRandom.hex(12)
      order(jid, 'fail no')
      put(jid, 'retry_count' => '2', 'failed_at' => '1795223000.5', 'retried_at' => '1795223001.5', field => FORMS[form])
      entry = eventually("#{form} #{field}") { Sidekiq::RetrySet.new.find_job(jid) }
      web.get("/retries/#{entry.score}-#{jid}")
      web.get('/retries')
    end
  end

  def test_the_moves_set_the_time_anew
    redis { |c| c.sadd('queues', 'q') }
    put('a' * 24, 'enqueued_at' => '1795223323022', 'created_at' => '1795223323022')
    tool('kill', 'a' * 24)
    tool('retry', 'a' * 24)
    job = Sidekiq::Queue.new('q').first
    assert_match(/"enqueued_at":\d{10}\.\d{6}[,}]/, job.value)
    assert_in_delta Time.now.to_f, job['enqueued_at'], 30
    assert_includes job.value, '"created_at":1795223323022', 'what we do not set keeps its form'
    assert_operator Sidekiq::Queue.new('q').latency, :<, 30
  end

  # Web's "retry now" takes one away: the failure after it counts up from there, and is no first failure.
  def test_a_count_of_minus_one
    worker
    jid = SecureRandom.hex(12)
    order(jid, 'fail no')
    put(jid, 'retry_count' => '-1', 'failed_at' => '1795223000.5', 'error_class' => '"Old"', 'error_message' => '"old"')
    entry = eventually('it failed') { Sidekiq::RetrySet.new.first }
    assert_equal [0, 1_795_223_000.5, 'TemporaryError', 'no'], entry.item.values_at('retry_count', 'failed_at', 'error_class', 'error_message')
    assert_in_delta Time.now.to_f, entry['retried_at'], 30
    Browser.new.get("/retries/#{entry.score}-#{jid}")
  end

  COUNTS = { '-1' => 0, '-7' => 0, 'null' => 0, '"3"' => 0, '2.0' => nil, '0' => 1, '24' => 25 }.freeze

  def test_counts_in_every_form
    worker
    COUNTS.each do |text, want|
      jid = SecureRandom.hex(12)
      order(jid, 'fail no')
      put(jid, 'retry_count' => text, 'retry' => '100')
      entry = eventually("retry_count #{text}") { Sidekiq::RetrySet.new.find_job(jid) }
      assert_kind_of Integer, entry['retry_count']
      assert_equal want, entry['retry_count'], text if want
      Browser.new.get("/retries/#{entry.score}-#{jid}")
    end
  end

  # Sidekiq's rule: false = none, an integer = that many, anything else = 25.
  RETRIES = { 'true' => 25, 'false' => 0, '"true"' => 25, '"false"' => 25, '"5"' => 25, '5.0' => 25, 'null' => 25, '[]' => 25,
              '0' => 0, '7' => 7, '-3' => 0, '1e1' => 25 }.freeze

  def test_retry_in_every_form
    worker
    RETRIES.each do |text, want|
      jid = SecureRandom.hex(12)
      put(jid, 'retry' => text)
      assert_equal want, ran(jid)['max_retries'], "retry #{text}"
    end
  end

  def test_a_textual_retry_is_retried_and_not_dropped
    worker
    jid = SecureRandom.hex(12)
    order(jid, 'fail no')
    put(jid, 'retry' => '"true"', 'retry_count' => '20', 'failed_at' => '1795223000.5')
    assert_equal 21, eventually('it is retried') { Sidekiq::RetrySet.new.find_job(jid) }['retry_count']
  end

  # Error fields of the last failure stay in a payload that runs again; success forgets them with it, failure replaces them.
  def test_stale_error_fields
    worker
    stale = { 'error_class' => '"ArgumentError"', 'error_message' => '"old"', 'failed_at' => '1795223000.5', 'retry_count' => '4',
              'retried_at' => '1795223001.5',
              'error_backtrace' => "\"#{[Zlib::Deflate.deflate('["a.rb:1"]')].pack('m0')}\"" }
    done = SecureRandom.hex(12)
    put(done, stale)
    assert_equal 4, ran(done)['retry_count']
    settled
    jid = SecureRandom.hex(12)
    order(jid, 'fail new')
    put(jid, stale)
    entry = eventually('it failed') { Sidekiq::RetrySet.new.first }
    assert_equal ['TemporaryError', 'new', 5, 1_795_223_000.5, ['a.rb:1']],
                 entry.item.values_at('error_class', 'error_message', 'retry_count', 'failed_at') + [entry.error_backtrace]
    assert_equal 1, entry.value.scan('"error_message"').size
    Browser.new.get("/retries/#{entry.score}-#{jid}")
  end

  def test_all_fields_null
    worker
    jid = SecureRandom.hex(12)
    order(jid, 'fail no')
    names = %w[created_at enqueued_at failed_at retried_at retry_count error_class error_message error_backtrace tags retry_queue
               backtrace dead wrapped display_class bid expires_in retry_for]
    put(jid, names.to_h { |name| [name, 'null'] })
    entry = eventually('it failed') { Sidekiq::RetrySet.new.first }
    assert_equal ['q', 0, 'TemporaryError', 'no'], [entry.queue] + entry.item.values_at('retry_count', 'error_class', 'error_message')
    Browser.new.get("/retries/#{entry.score}-#{jid}")
    entry.retry
    assert_equal(-1, ran(jid, 2)['retry_count'])
  end
end
