// Package controllers stands in for what needs real nodes or real operators: it provisions
// volumes, gives Services their addresses, signs certificates and answers for the gateway. Objects
// end up with the states and reasons the real controllers give them; the messages are its own.
//
// Adding an operator means a file of its own that declares an operator, and a line in operators.
package controllers
