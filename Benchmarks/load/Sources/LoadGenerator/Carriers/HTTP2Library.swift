import CNghttp2

/// All that libnghttp2 calls, and what is the same for every session.
enum HTTP2Library {
    /// Made once and never freed; sessions copy from it.
    nonisolated(unsafe) static let callbacks: OpaquePointer? = {
        var callbacks: OpaquePointer?
        guard unsafe nghttp2_session_callbacks_new(&callbacks) == 0 else { return nil }
        unsafe nghttp2_session_callbacks_set_on_header_callback(callbacks, header)
        unsafe nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, data)
        unsafe nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, frameReceived)
        unsafe nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, streamClosed)
        return unsafe callbacks
    }()

    nonisolated(unsafe) static let option: OpaquePointer? = {
        var option: OpaquePointer?
        guard unsafe nghttp2_option_new(&option) == 0 else { return nil }
        // Closed streams would be kept for priorities, which are not used.
        unsafe nghttp2_option_set_no_closed_streams(option, 1)
        // What the server takes is known from its settings only after the first queries; a hundred is what RFC 9113 §6.5.2
        // wants of servers at least.
        unsafe nghttp2_option_set_peer_max_concurrent_streams(option, 100)
        return unsafe option
    }()

    /// Copies a query into a frame.
    static let readBody: nghttp2_data_source_read_callback = { _, stream, buffer, room, flags, _, user in
        let buffer = unsafe UnsafeMutableBufferPointer(start: buffer, count: room)
        guard let flags = unsafe flags,
            let (count, isLast) = unsafe with(user, { unsafe $0.readBody(stream, into: buffer) })
        else { return Int(NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE.rawValue) }
        if isLast { unsafe flags.pointee |= NGHTTP2_DATA_FLAG_EOF.rawValue }
        return count
    }
}

/// The session that was meant. It owns what calls this, so it lives while this is called.
private func with<Result>(
    _ user: UnsafeMutableRawPointer?, _ body: (HTTP2Session) -> Result?
) -> Result? {
    guard let user = unsafe user else { return nil }
    return unsafe Unmanaged<HTTP2Session>.fromOpaque(user)._withUnsafeGuaranteedRef { body($0) }
}

/// The only field that is looked at is `:status`; no other one begins with a colon in a response (RFC 9113 §8.3.2).
private let header: nghttp2_on_header_callback = { _, frame, name, nameCount, value, valueCount, _, user in
    guard nameCount > 0, valueCount == 3, let frame = unsafe frame, let name = unsafe name,
        let value = unsafe value, unsafe name[0] == UInt8(ascii: ":")
    else { return 0 }
    var status: UInt16 = 0
    for index in 0..<3 { status = unsafe status * 10 + UInt16(value[index] & 0xf) }
    unsafe with(user) { unsafe $0.status(frame.pointee.hd.stream_id, status) }
    return 0
}

private let data: nghttp2_on_data_chunk_recv_callback = { _, _, stream, octets, count, user in
    unsafe with(user) { unsafe $0.data(stream, UnsafeBufferPointer(start: octets, count: count)) }
    return 0
}

private let frameReceived: nghttp2_on_frame_recv_callback = { _, frame, user in
    guard let header = unsafe frame?.pointee.hd, UInt32(header.type) == NGHTTP2_GOAWAY.rawValue else {
        return 0
    }
    unsafe with(user) { $0.leave() }
    return 0
}

private let streamClosed: nghttp2_on_stream_close_callback = { _, stream, errorCode, user in
    unsafe with(user) { $0.streamClosed(stream, errorCode) }
    return 0
}
