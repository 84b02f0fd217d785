import CNghttp2

/// All that libnghttp2 calls, and what is the same for every session of the process.
enum HTTP2Library {
    /// Made once and never freed; sessions copy from it.
    nonisolated(unsafe) static let callbacks: OpaquePointer? = {
        var callbacks: OpaquePointer?
        guard unsafe nghttp2_session_callbacks_new(&callbacks) == 0 else { return nil }
        unsafe nghttp2_session_callbacks_set_on_begin_frame_callback(callbacks, beginFrame)
        unsafe nghttp2_session_callbacks_set_on_begin_headers_callback(callbacks, beginHeaders)
        unsafe nghttp2_session_callbacks_set_on_header_callback(callbacks, header)
        unsafe nghttp2_session_callbacks_set_on_invalid_header_callback(callbacks, invalidHeader)
        unsafe nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, data)
        unsafe nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, frameReceived)
        unsafe nghttp2_session_callbacks_set_on_invalid_frame_recv_callback(callbacks, invalidFrame)
        unsafe nghttp2_session_callbacks_set_on_frame_send_callback(callbacks, frameMade)
        unsafe nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, streamClosed)
        return unsafe callbacks
    }()

    nonisolated(unsafe) static let option: OpaquePointer? = {
        var option: OpaquePointer?
        guard unsafe nghttp2_option_new(&option) == 0 else { return nil }
        // The connection's window is given back when a query is taken: this bounds the bodies that wait.
        unsafe nghttp2_option_set_no_auto_window_update(option, 1)
        // Closed streams would be kept for the priorities of RFC 7540, which are not used.
        unsafe nghttp2_option_set_no_closed_streams(option, 1)
        return unsafe option
    }()

    /// Copies a response's body into a frame.
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
    _ user: UnsafeMutableRawPointer?, _ body: (HTTP2Connection) -> Result?
) -> Result? {
    guard let user = unsafe user else { return nil }
    return unsafe Unmanaged<HTTP2Connection>.fromOpaque(user)._withUnsafeGuaranteedRef { body($0) }
}

private func code(_ course: HTTP2Connection.Course?) -> Int32 {
    switch course {
    case .goOn: 0
    case .endStream: NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE.rawValue
    case .endConnection, nil: NGHTTP2_ERR_CALLBACK_FAILURE.rawValue
    }
}

private let beginFrame: nghttp2_on_begin_frame_callback = { _, frame, user in
    guard let frame = unsafe frame?.pointee else { return 0 }
    return unsafe code(with(user) { $0.beginFrame(frame) })
}

private let beginHeaders: nghttp2_on_begin_headers_callback = { _, frame, user in
    guard let frame = unsafe frame else { return 0 }
    let stream = unsafe frame.pointee.hd.stream_id
    let isRequest = unsafe frame.pointee.headers.cat == NGHTTP2_HCAT_REQUEST
    return unsafe code(with(user) { $0.beginHeaders(stream, isRequest: isRequest) })
}

private let header: nghttp2_on_header_callback = { _, frame, name, nameCount, value, valueCount, _, user in
    guard let frame = unsafe frame else { return 0 }
    let stream = unsafe frame.pointee.hd.stream_id
    let name = unsafe UnsafeBufferPointer(start: name, count: nameCount)
    let value = unsafe UnsafeBufferPointer(start: value, count: valueCount)
    return unsafe code(with(user) { unsafe $0.field(stream, name.span, value.span) })
}

/// A field whose name or value has octets that it must not have makes the request malformed (RFC 9113
/// §8.2.1). libnghttp2 alone would ignore the field.
private let invalidHeader: nghttp2_on_invalid_header_callback = { _, frame, _, _, _, _, _, user in
    guard let frame = unsafe frame else { return 0 }
    let stream = unsafe frame.pointee.hd.stream_id
    return unsafe code(
        with(user) {
            $0.reset(stream, NGHTTP2_PROTOCOL_ERROR)
            return .endStream
        })
}

private let data: nghttp2_on_data_chunk_recv_callback = { _, _, stream, octets, count, user in
    let octets = unsafe UnsafeBufferPointer(start: octets, count: count)
    return unsafe code(
        with(user) {
            unsafe $0.data(stream, octets.span)
            return .goOn
        })
}

private let frameReceived: nghttp2_on_frame_recv_callback = { _, frame, user in
    guard let frame = unsafe frame else { return 0 }
    let header = unsafe frame.pointee.hd
    let endsStream = header.flags & UInt8(NGHTTP2_FLAG_END_STREAM.rawValue) != 0
    return unsafe code(
        with(user) {
            switch UInt32(header.type) {
            case NGHTTP2_HEADERS.rawValue: $0.endHeaders(header.stream_id, endsStream: endsStream)
            case NGHTTP2_DATA.rawValue where endsStream: $0.endRequest(header.stream_id)
            default: break
            }
            return .goOn
        })
}

private let invalidFrame: nghttp2_on_invalid_frame_recv_callback = { _, _, _, user in
    unsafe code(with(user) { $0.invalidFrame() })
}

private let frameMade: nghttp2_on_frame_send_callback = { _, frame, user in
    guard let frame = unsafe frame else { return 0 }
    let header = unsafe frame.pointee.hd
    let errorCode: UInt32 =
        switch UInt32(header.type) {
        case NGHTTP2_RST_STREAM.rawValue: unsafe frame.pointee.rst_stream.error_code
        case NGHTTP2_GOAWAY.rawValue: unsafe frame.pointee.goaway.error_code
        default: 0
        }
    return unsafe code(
        with(user) {
            $0.frameMade(header, errorCode: errorCode)
            return .goOn
        })
}

private let streamClosed: nghttp2_on_stream_close_callback = { _, stream, _, user in
    unsafe code(
        with(user) {
            $0.streamClosed(stream)
            return .goOn
        })
}
