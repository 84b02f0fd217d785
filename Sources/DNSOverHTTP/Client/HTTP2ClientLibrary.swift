import CNghttp2

/// All that libnghttp2 calls for a client, and what is the same for every session of the process.
enum HTTP2ClientLibrary {
    /// Made once and never freed; sessions copy from it.
    nonisolated(unsafe) static let callbacks: OpaquePointer? = {
        var callbacks: OpaquePointer?
        guard unsafe nghttp2_session_callbacks_new(&callbacks) == 0 else { return nil }
        unsafe nghttp2_session_callbacks_set_on_begin_frame_callback(callbacks, beginFrame)
        unsafe nghttp2_session_callbacks_set_on_header_callback(callbacks, header)
        unsafe nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, data)
        unsafe nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, frameReceived)
        unsafe nghttp2_session_callbacks_set_on_invalid_frame_recv_callback(callbacks, invalidFrame)
        unsafe nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, streamClosed)
        return unsafe callbacks
    }()

    nonisolated(unsafe) static let option: OpaquePointer? = {
        var option: OpaquePointer?
        guard unsafe nghttp2_option_new(&option) == 0 else { return nil }
        // Closed streams would be kept for the priorities of RFC 7540, which are not used.
        unsafe nghttp2_option_set_no_closed_streams(option, 1)
        return unsafe option
    }()

    /// Copies a query into a frame.
    static let readBody: nghttp2_data_source_read_callback = { _, stream, buffer, room, flags, _, user in
        let failed = Int(NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE.rawValue)
        guard let buffer = unsafe buffer, let flags = unsafe flags,
            let (count, isLast) = unsafe with(user, { unsafe $0.readBody(stream, into: buffer, room) })
        else { return failed }
        if isLast { unsafe flags.pointee |= NGHTTP2_DATA_FLAG_EOF.rawValue }
        return count
    }
}

/// The connection that a session belongs to. It owns the session, so it lives while this is called.
private func with<Result>(
    _ user: UnsafeMutableRawPointer?, _ body: (DoHClientConnection) -> Result?
) -> Result? {
    guard let user = unsafe user else { return nil }
    return unsafe Unmanaged<DoHClientConnection>.fromOpaque(user)._withUnsafeGuaranteedRef { body($0) }
}

private func code(_ goesOn: Bool?) -> Int32 {
    goesOn == true ? 0 : NGHTTP2_ERR_CALLBACK_FAILURE.rawValue
}

private let beginFrame: nghttp2_on_begin_frame_callback = { _, frame, user in
    guard let frame = unsafe frame?.pointee else { return 0 }
    return unsafe code(with(user) { $0.beginFrame(frame) })
}

private let header: nghttp2_on_header_callback = { _, frame, name, nameCount, value, valueCount, _, user in
    guard let frame = unsafe frame else { return 0 }
    let stream = unsafe frame.pointee.hd.stream_id
    let name = unsafe UnsafeBufferPointer(start: name, count: nameCount)
    let value = unsafe UnsafeBufferPointer(start: value, count: valueCount)
    unsafe with(user) { unsafe $0.field(stream, name.span, value.span) }
    return 0
}

private let data: nghttp2_on_data_chunk_recv_callback = { _, _, stream, octets, count, user in
    let octets = unsafe UnsafeBufferPointer(start: octets, count: count)
    unsafe with(user) { unsafe $0.data(stream, octets.span) }
    return 0
}

private let frameReceived: nghttp2_on_frame_recv_callback = { _, frame, user in
    guard let header = unsafe frame?.pointee.hd else { return 0 }
    let endsStream = header.flags & UInt8(NGHTTP2_FLAG_END_STREAM.rawValue) != 0
    unsafe with(user) {
        switch UInt32(header.type) {
        case NGHTTP2_HEADERS.rawValue where endsStream, NGHTTP2_DATA.rawValue where endsStream:
            $0.endResponse(header.stream_id)
        case NGHTTP2_GOAWAY.rawValue: $0.leave()
        default: break
        }
    }
    return 0
}

private let invalidFrame: nghttp2_on_invalid_frame_recv_callback = { _, _, _, user in
    unsafe code(with(user) { $0.invalidFrame() })
}

private let streamClosed: nghttp2_on_stream_close_callback = { _, stream, errorCode, user in
    unsafe with(user) { $0.streamClosed(stream, errorCode: errorCode) }
    return 0
}
