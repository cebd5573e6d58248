# A reader of Sidekiq::Web without browser or server: follows the forms that are really on the page, with their hidden fields,
# session and token.
# frozen_string_literal: true

require 'cgi'
require 'rack/mock'
require 'sidekiq/web'

Sidekiq::Web.use Rack::Session::Cookie, secret: 'x' * 64

class Browser
  Form = Struct.new(:action, :fields, :buttons, :boxes)

  def initialize
    @mock = Rack::MockRequest.new(Sidekiq::Web)
  end

  def get(path, expect = 200)
    answer = request('GET', path)
    raise "GET #{path}: #{answer.status}\n#{answer.body[0, 2000]}#{answer.errors[0, 2000]}" unless answer.status == expect

    answer.body.dup.force_encoding('UTF-8')
  end

  def request(method, path, options = {})
    options['HTTP_COOKIE'] = @cookie if @cookie
    answer = @mock.request(method, path, options)
    @cookie = answer['Set-Cookie'].split(';').first if answer['Set-Cookie']
    answer
  end

  # The forms of a page; a form without action goes to the page itself.
  def forms(path)
    get(path).scan(%r{<form\b([^>]*)>(.*?)</form>}m).map do |head, body|
      inputs = body.scan(/<(?:input|button)\b[^>]*>/m).map { |tag| attributes(tag) }
      Form.new(attributes("<form #{head}>")['action'] || path.split('?').first,
               inputs.select { |i| i['type'] == 'hidden' }.to_h { |i| [i['name'], i['value'].to_s] },
               inputs.select { |i| i['type'] == 'submit' }.to_h { |i| [i['name'], i['value'].to_s] },
               inputs.select { |i| i['type'] == 'checkbox' && i['name'] }.map { |i| i['value'] })
    end
  end

  # Press a button of the form that posts to `action`; where: hidden fields it must have (:first takes the first such form);
  # keys: which boxes to tick.
  def press(path, button, action:, where: {}, keys: [])
    form = forms(path).find { |f| f.action == action && f.buttons.key?(button) && where.all? { |k, v| f.fields[k] == v } }
    raise "no button #{button} to #{action} on #{path}" unless form

    missing = keys - form.boxes
    raise "no box #{missing} on #{path}" unless missing.empty?

    pairs = form.fields.to_a + [[button, form.buttons[button]]] + keys.map { |key| ['key[]', key] }
    answer = request('POST', form.action, input: URI.encode_www_form(pairs),
                                          'CONTENT_TYPE' => 'application/x-www-form-urlencoded')
    raise "POST #{form.action}: #{answer.status} #{answer.body[0, 500]}" unless answer.status == 302

    answer
  end

  private

  def attributes(tag)
    tag.scan(/([\w-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/m).to_h { |name, a, b| [name, CGI.unescapeHTML(a || b)] }
  end
end
