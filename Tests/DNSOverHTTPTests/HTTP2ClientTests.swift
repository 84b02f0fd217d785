import CNghttp2
import DNSOverHTTP
import TestPeers
import Testing

/// Conversations with libnghttp2's client, which checks what the server sends.
@Suite struct HTTP2ClientTests {
    @Test func manyQueriesWithSmallWindows() {
        let client = LibraryClient(window: 1_000)
        let service = Service(.detected)
        service.answer = { $0 }
        for round in 0..<50 {
            for index in 0..<20 { client.post(Sample.message(of: 12 + (round * 20 + index) * 3)) }
            client.converse(with: service)
        }
        #expect(client.responses.count == 1_000)
        #expect(client.responses.values.allSatisfy { $0.status == "200" && $0.isClosed })
        #expect(client.responses.values.allSatisfy { $0.body == $0.request })
        #expect(service.count(.status200) == 1_000 && client.goAway == nil && client.faults == 0)
    }

    @Test func longMessages() {
        let client = LibraryClient(window: 65_535)
        let service = Service(.detected)
        service.answer = { $0 }
        for count in [65_535, 16_384, 16_385, 40_000] {
            client.post(Sample.message(of: count))
            client.converse(with: service)
        }
        #expect(client.responses.values.map(\.body.count).sorted() == [16_384, 16_385, 40_000, 65_535])
        #expect(client.responses.values.allSatisfy { $0.body == $0.request && $0.isClosed })
        #expect(client.faults == 0)
    }
}

/// A client of HTTP/2 that is libnghttp2's.
@safe
final class LibraryClient {
    struct Response {
        var request: [UInt8]
        var sent = 0
        var status = ""
        var body: [UInt8] = []
        var isClosed = false
    }

    private var session: OpaquePointer?
    var responses: [Int32: Response] = [:]
    var goAway: UInt32?
    /// Frames of the server that the library took for wrong.
    var faults = 0

    init(window: UInt32) {
        var callbacks: OpaquePointer?
        _ = unsafe nghttp2_session_callbacks_new(&callbacks)
        unsafe nghttp2_session_callbacks_set_on_header_callback(callbacks) {
            _, frame, name, nameCount, value, valueCount, _, user in
            guard let frame = unsafe frame, let client = unsafe LibraryClient.of(user) else { return 0 }
            let name = unsafe String(
                decoding: UnsafeBufferPointer(start: name, count: nameCount), as: UTF8.self)
            let value = unsafe String(
                decoding: UnsafeBufferPointer(start: value, count: valueCount), as: UTF8.self)
            if name == ":status" { unsafe client.responses[frame.pointee.hd.stream_id]?.status = value }
            return 0
        }
        unsafe nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks) {
            _, _, stream, octets, count, user in
            guard let client = unsafe LibraryClient.of(user) else { return 0 }
            let octets = unsafe UnsafeBufferPointer(start: octets, count: count)
            unsafe client.responses[stream]?.body.append(contentsOf: octets)
            return 0
        }
        unsafe nghttp2_session_callbacks_set_on_stream_close_callback(callbacks) { _, stream, code, user in
            guard let client = unsafe LibraryClient.of(user) else { return 0 }
            client.responses[stream]?.isClosed = code == 0
            return 0
        }
        unsafe nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks) { _, frame, user in
            guard let frame = unsafe frame, let client = unsafe LibraryClient.of(user) else { return 0 }
            if unsafe frame.pointee.hd.type == UInt8(NGHTTP2_GOAWAY.rawValue) {
                client.goAway = unsafe frame.pointee.goaway.error_code
            }
            return 0
        }
        unsafe nghttp2_session_callbacks_set_on_invalid_frame_recv_callback(callbacks) { _, _, _, user in
            unsafe LibraryClient.of(user)?.faults += 1
            return 0
        }
        let user = unsafe Unmanaged.passUnretained(self).toOpaque()
        _ = unsafe nghttp2_session_client_new(&session, callbacks, user)
        unsafe nghttp2_session_callbacks_del(callbacks)
        let setting = nghttp2_settings_entry(
            settings_id: Int32(bitPattern: NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE.rawValue), value: window)
        _ = unsafe nghttp2_submit_settings(session, 0, [setting], 1)
    }

    deinit { unsafe nghttp2_session_del(session) }

    private static func of(_ user: UnsafeMutableRawPointer?) -> LibraryClient? {
        unsafe user.map { unsafe Unmanaged<LibraryClient>.fromOpaque($0).takeUnretainedValue() }
    }

    func post(_ message: [UInt8]) {
        let storage = Frame.postFields().map { (Array($0.0.utf8), Array($0.1.utf8)) }
        let fields = UnsafeMutableBufferPointer<nghttp2_nv>.allocate(capacity: storage.count)
        defer { unsafe fields.deallocate() }
        for index in storage.indices {
            let (name, value) = (storage[index].0.count, storage[index].1.count)
            let namePointer = UnsafeMutablePointer<UInt8>.allocate(capacity: name)
            let valuePointer = UnsafeMutablePointer<UInt8>.allocate(capacity: value)
            unsafe namePointer.initialize(from: storage[index].0, count: name)
            unsafe valuePointer.initialize(from: storage[index].1, count: value)
            unsafe fields.initializeElement(
                at: index,
                to: nghttp2_nv(
                    name: namePointer, value: valuePointer, namelen: name, valuelen: value, flags: 0))
        }
        var body = unsafe nghttp2_data_provider(source: nghttp2_data_source(fd: 0)) {
            _, stream, buffer, room, flags, _, user in
            guard let client = unsafe LibraryClient.of(user), let response = client.responses[stream] else {
                return 0
            }
            let part = response.request[response.sent...].prefix(room)
            for (index, octet) in part.enumerated() { unsafe buffer?[index] = octet }
            client.responses[stream]?.sent += part.count
            if response.sent + part.count == response.request.count {
                unsafe flags?.pointee |= NGHTTP2_DATA_FLAG_EOF.rawValue
            }
            return part.count
        }
        let stream = unsafe nghttp2_submit_request(session, nil, fields.baseAddress, fields.count, &body, nil)
        for index in storage.indices {
            unsafe fields[index].name.deallocate()
            unsafe fields[index].value.deallocate()
        }
        responses[stream] = Response(request: message)
    }

    /// Sends and receives until neither side has anything to say.
    func converse(with service: Service) {
        while true {
            var octets: [UInt8] = []
            var part: UnsafePointer<UInt8>?
            while true {
                let count = unsafe nghttp2_session_mem_send(session, &part)
                guard count > 0 else { break }
                unsafe octets.append(contentsOf: UnsafeBufferPointer(start: part, count: count))
            }
            let answer = service.exchange(octets)
            if octets.isEmpty, answer.isEmpty { return }
            let taken = unsafe nghttp2_session_mem_recv(session, answer, answer.count)
            if taken != answer.count { faults += 1 }
        }
    }
}
