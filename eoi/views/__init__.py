"""The pages that organisations and the public see, a module for each."""
